// What an agent keeps in its data folder: its key (agent.json) and the last desired state (state.json), both for the owner only.
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { Enrolment, type HeldState, Resources } from '@lubo/contract';
import type { Logger } from 'pino';

/** The agent's two files. Reading gives `undefined` for an absent or damaged file. */
export type AgentDisk = {
  readKey(): Promise<Enrolment | undefined>;
  /** Rejects when the disk refuses. */
  writeKey(key: Enrolment): Promise<void>;
  readState(): Promise<HeldState | undefined>;
  /** Writes in the background, the newest state only; faults are logged. */
  keepState(state: HeldState): void;
  /** Resolves when nothing is being written. */
  settled(): Promise<void>;
};

/** Opens `folder`, which is made when the first file is written. */
export function openAgentDisk(folder: string, log: Logger): AgentDisk {
  const keyPath = join(folder, 'agent.json');
  const statePath = join(folder, 'state.json');
  let waiting: HeldState | undefined;
  let writing: Promise<void> | undefined;

  async function writeStates(): Promise<void> {
    while (waiting !== undefined) {
      const state = waiting;
      waiting = undefined;
      await writeWhole(statePath, state).catch((error: unknown) => {
        log.warn({ reason: String(error) }, 'the desired state can not be kept on disk');
      });
    }
    writing = undefined;
  }

  return {
    readKey: () => readChecked(keyPath, log, (value) => Enrolment.parse(value)),
    writeKey: (key) => writeWhole(keyPath, key),
    readState: () => readChecked(statePath, log, heldStateOf),
    keepState(state) {
      waiting = state;
      writing ??= writeStates();
    },
    settled: () => writing ?? Promise.resolve(),
  };
}

function heldStateOf(value: unknown): HeldState {
  const { revision, resources } = value as HeldState;
  if (!Number.isSafeInteger(revision)) throw new TypeError('no revision');
  return { revision, resources: Resources.parse(resources) };
}

async function readChecked<T>(path: string, log: Logger, check: (value: unknown) => T): Promise<T | undefined> {
  try {
    return check(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    // The parser's own message may quote what it read, and keys are in there.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') log.warn({ path, reason: (error as Error).name }, 'a damaged file is passed over');
    return undefined;
  }
}

/** A reader sees the old content or the new one, also after a loss of power. */
async function writeWhole(path: string, value: unknown): Promise<void> {
  await mkdir(join(path, '..'), { recursive: true });
  const draft = `${path}.new`;
  const file = await open(draft, 'w', 0o600);
  try {
    await file.writeFile(JSON.stringify(value));
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, path);
}
