// Which card a machine is known by.
import assert from 'node:assert/strict';
import type { NetworkInterfaceInfo } from 'node:os';
import { test } from 'node:test';
import { AgentFacts } from '@lubo/contract';
import { chooseCard, machineFacts } from './facts.ts';

const card = (address: string, mac: string, internal = false): NetworkInterfaceInfo =>
  address.includes(':')
    ? { address, mac, internal, family: 'IPv6', netmask: '', cidr: null, scopeid: 0 }
    : { address, mac, internal, family: 'IPv4', netmask: '', cidr: null };

test('a real card with IPv4 goes before IPv6, bridges and loopback', () => {
  const cards = {
    lo: [card('127.0.0.1', '00:00:00:00:00:00', true)],
    docker0: [card('172.17.0.1', '02:42:00:00:00:01')],
    wlan0: [card('fe80::1', '02:00:00:00:00:02'), card('192.168.1.7', '02:00:00:00:00:02')],
  };
  assert.equal(chooseCard(cards)?.address, '192.168.1.7');
  assert.equal(chooseCard({ docker0: cards.docker0 })?.address, '172.17.0.1');
  assert.equal(chooseCard({ lo: cards.lo }), undefined);
});

test('facts of this machine fit their shape', () => {
  assert.equal(AgentFacts.parse(machineFacts('1.2.3')).version, '1.2.3');
});
