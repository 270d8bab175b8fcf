// What an agent tells of its machine: name, system, address.
import { type NetworkInterfaceInfo, arch, hostname, networkInterfaces, release, type } from 'node:os';
import type { AgentFacts } from '@lubo/contract';

/** Facts of this machine; `version` is the part's own. Without a network card address and MAC are empty. */
export function machineFacts(version: string): AgentFacts {
  const card = chooseCard(networkInterfaces());
  return {
    hostname: hostname().slice(0, 255),
    os: `${type()} ${release()} ${arch()}`.slice(0, 128),
    ip: card?.address ?? '',
    mac: card?.mac ?? '',
    version,
  };
}

const noMac = '00:00:00:00:00:00';
/** Bridges, containers and tunnels: their addresses say nothing to people. */
const virtualCard = /^(docker|br-|veth|virbr|vmnet|vEthernet|tun|tap|utun|wg|zt)/i;

/** The card by which people know the machine: a real one with IPv4 before a virtual one, then by name. */
export function chooseCard(cards: NodeJS.Dict<NetworkInterfaceInfo[]>): NetworkInterfaceInfo | undefined {
  const usable = Object.entries(cards).flatMap(([name, addresses]) =>
    (addresses ?? [])
      .filter((address) => !address.internal && address.mac !== noMac)
      .map((address) => ({ address, name, rank: (virtualCard.test(name) ? 2 : 0) + (address.family === 'IPv4' ? 0 : 1) })),
  );
  return usable.sort((a, b) => a.rank - b.rank || a.name.localeCompare(b.name))[0]?.address;
}
