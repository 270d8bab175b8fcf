// A second machine for a test: a network namespace of its own with one cable to this one, which can be cut.
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import process from 'node:process';

/** The reason why namespaces can't be made here, or false. */
export const noNamespaces: string | false = reason();

function reason(): string | false {
  if (process.getuid?.() !== 0) return 'network namespaces need root';
  if (spawnSync('ip', ['-V']).status !== 0) return 'no ip program (Debian: iproute2) on this machine';
  const name = `lubo-try-${process.pid}`;
  if (spawnSync('ip', ['netns', 'add', name]).status !== 0) return 'this kernel or sandbox does not allow network namespaces';
  spawnSync('ip', ['netns', 'del', name]);
  return false;
}

export type Host = {
  /** Address of this machine as the host sees it. */
  outerAddress: string;
  run(command: string, args: string[]): ChildProcess;
  /** Takes the cable out: nothing arrives any more on either side, and nobody is told. */
  cut(): void;
  remove(): void;
};

let count = 0;

/** Makes a host in a subnet of its own (10.213.x.0/30). */
export async function addHost(): Promise<Host> {
  const id = `${process.pid % 10_000}-${count++}`;
  const [namespace, outer, inner] = [`lubo-${id}`, `lb${id}o`, `lb${id}i`];
  const subnet = `10.213.${(process.pid + count) % 250}`;
  const ip = (...words: string[]): void => void execFileSync('ip', words);
  ip('netns', 'add', namespace);
  ip('link', 'add', outer, 'type', 'veth', 'peer', 'name', inner);
  ip('link', 'set', inner, 'netns', namespace);
  ip('addr', 'add', `${subnet}.1/30`, 'dev', outer);
  ip('link', 'set', outer, 'up');
  ip('-n', namespace, 'addr', 'add', `${subnet}.2/30`, 'dev', inner);
  ip('-n', namespace, 'link', 'set', inner, 'up');
  return {
    outerAddress: `${subnet}.1`,
    run: (command, args) => spawn('ip', ['netns', 'exec', namespace, command, ...args], { stdio: 'ignore' }),
    // Only the far end goes down: the near end keeps its carrier's address and route, as a switch port in between would.
    cut: () => ip('-n', namespace, 'link', 'set', inner, 'down'),
    remove() {
      spawnSync('ip', ['link', 'del', outer]);
      spawnSync('ip', ['netns', 'del', namespace]);
    },
  };
}
