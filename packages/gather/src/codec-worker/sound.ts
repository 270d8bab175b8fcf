// G.711 → AAC for the channels of one gather, in a worker of its own so that no picture can hold sound up or take it along.
import { type AudioTrack, type Packet, writeAudioConfig } from '@lubo/media';
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import type { StartChild } from './child.ts';
import { Lane, type LaneTiming } from './lane.ts';
import { type AacFrame, type Backend, type SoundBytes, type SoundFormat, aacRateOf } from './messages.ts';

/** A channel's G.711 sound as the depacketizer gives it. */
export type SoundInput = SoundFormat & {
  /** Ticks per second of the packets' times. */
  timescale: number;
};

/** Raw AAC frames in order; times in the transcoder's `track.timescale`, zero where the packets' zero is. Never throws. */
export type SoundOutput = (packets: readonly Packet[]) => void;

/** One channel's sound on its way through the worker. */
export type Sound = {
  /** The AAC to come, however long FFmpeg takes to start; undefined when there is none, or this G.711 can't be made AAC. Never rejects. */
  readonly track: Promise<AudioTrack | undefined>;
  /** One packet: a byte a sample and channel, `dts` in the input's timescale. Never blocks; what can't be kept up with is dropped. */
  put(packet: { dts: number; data: Uint8Array }): void;
  /** Packets that were dropped for a dead or slow worker. */
  readonly droppedPackets: number;
  /** Nothing is told any more. */
  close(): void;
};

export type SoundWorkerOptions = {
  start: StartChild;
  clock: Clock;
  log: Logger;
  timing?: Partial<LaneTiming> | undefined;
  onBackend(backend: Backend, detail: string): void;
};

export type SoundWorker = { open(input: SoundInput, onPackets: SoundOutput): Sound; readonly pid: number | undefined; close(): void };

/** Packets of all channels travel together this often: 50 messages a second at most, whatever the number of channels. */
const batchMillis = 20;
/** Given to the worker and not yet worked off: half a second of 64 channels. */
const maxAwayBytes = 256 * 1024;
/** Waiting for the worker, for each open sound: a second. The oldest goes first, for late sound is of no use to live. */
const maxWaitingBytes = 8 * 1024;
const maxSounds = 256;
/** An encoder that failed is opened again so much later. */
const reopenMillis = 5_000;
/** Rates that AAC has, doubled below 16 kHz. */
const rates: ReadonlySet<number> = new Set([8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000]);
/** A packet of G.711 beyond this (0.5 s at 8 kHz mono) is no packet. */
const maxPacketBytes = 4096;

type Open = { id: number; input: SoundInput; rate: number; onPackets: SoundOutput; resolve(track: AudioTrack | undefined): void; lastAt: number; dropped: number };

/** Nothing runs until the first sound is opened. */
export function createSoundWorker(options: SoundWorkerOptions): SoundWorker {
  const { clock, log } = options;
  const open = new Map<number, Open>();
  let nextId = 1;
  let waiting: SoundBytes[] = [];
  let waitingBytes = 0;
  let awayBytes = 0;
  let cancelFlush: (() => void) | undefined;

  const lane = new Lane({
    ...options,
    name: 'sound',
    maxRssBytes: 400e6,
    isBusy: () => open.size > 0,
    onReady() {
      awayBytes = 0;
      for (const sound of open.values()) {
        lane.send({ type: 'sound-open', sound: sound.id, format: formatOf(sound.input) });
        sound.resolve(trackOf(sound));
      }
      flush();
    },
    onMessage(message) {
      if (message.type === 'sound-taken') awayBytes -= message.bytes;
      else if (message.type === 'sound-frames') deliver(message.frames);
      else if (message.type === 'sound-failed') {
        log.warn({ reason: message.detail }, 'sound can not be made AAC');
        clock.after(reopenMillis, () => reopen(message.sound));
      }
    },
    onLost() {
      awayBytes = 0;
    },
    onBackend(backend, detail) {
      if (backend === 'none') for (const sound of open.values()) sound.resolve(undefined);
      options.onBackend(backend, detail);
    },
  });

  const reopen = (id: number): void => {
    const sound = open.get(id);
    if (sound !== undefined) lane.send({ type: 'sound-open', sound: id, format: formatOf(sound.input) });
  };
  const deliver = (frames: readonly AacFrame[]): void => {
    lane.worked();
    const packets = new Map<Open, Packet[]>();
    for (const { sound: id, at, data } of frames) {
      const sound = open.get(id);
      // A worker that was started again begins anew; what was told stays told.
      if (sound === undefined || at < sound.lastAt + 1024) continue;
      sound.lastAt = at;
      const list = packets.get(sound) ?? [];
      list.push({ kind: 'audio', dts: at, compositionOffset: 0, isKeyframe: true, data });
      packets.set(sound, list);
    }
    for (const [sound, list] of packets) sound.onPackets(list);
  };
  const flush = (): void => {
    cancelFlush?.();
    cancelFlush = undefined;
    if (!lane.isReady || waiting.length === 0 || awayBytes > maxAwayBytes) return;
    lane.send({ type: 'sound-bytes', batch: waiting });
    awayBytes += waitingBytes;
    waiting = [];
    waitingBytes = 0;
  };
  const dropOldest = (): void => {
    const oldest = waiting.shift();
    if (oldest === undefined) return;
    waitingBytes -= oldest.data.length;
    const sound = open.get(oldest.sound);
    if (sound !== undefined) sound.dropped++;
  };
  const put = (sound: Open, dts: number, data: Uint8Array): void => {
    if (!open.has(sound.id)) return;
    if (data.length > maxPacketBytes || lane.isHopeless) {
      sound.dropped++;
      return;
    }
    lane.want();
    waiting.push({ sound: sound.id, at: Math.round((dts * sound.input.sampleRate) / sound.input.timescale), data });
    waitingBytes += data.length;
    while (waitingBytes > maxWaitingBytes * open.size) dropOldest();
    cancelFlush ??= clock.after(batchMillis, flush);
  };

  return {
    open(input, onPackets) {
      const { promise: track, resolve } = Promise.withResolvers<AudioTrack | undefined>();
      const sound: Open = { id: nextId++, input, rate: aacRateOf(input.sampleRate), onPackets, resolve, lastAt: -1024, dropped: 0 };
      const refusal = open.size >= maxSounds ? `more than ${maxSounds} sounds` : faultOf(input);
      if (refusal !== undefined) log.warn({ reason: refusal }, 'sound can not be made AAC');
      if (refusal !== undefined || lane.isHopeless) resolve(undefined);
      else {
        open.set(sound.id, sound);
        if (lane.isReady) {
          lane.send({ type: 'sound-open', sound: sound.id, format: formatOf(input) });
          resolve(trackOf(sound));
        } else lane.want();
      }
      return {
        track,
        put: ({ dts, data }) => put(sound, dts, data),
        get droppedPackets() {
          return sound.dropped;
        },
        close() {
          if (!open.delete(sound.id)) return;
          lane.send({ type: 'sound-close', sound: sound.id });
          resolve(undefined);
        },
      };
    },
    get pid() {
      return lane.pid;
    },
    close() {
      for (const sound of open.values()) sound.resolve(undefined);
      open.clear();
      cancelFlush?.();
      lane.close();
    },
  };
}

function formatOf({ codec, sampleRate, channels }: SoundInput): SoundFormat {
  return { codec, sampleRate, channels };
}

function faultOf({ sampleRate, channels, timescale }: SoundInput): string | undefined {
  if (!rates.has(sampleRate)) return `G.711 of ${sampleRate} Hz`;
  if (channels !== 1 && channels !== 2) return `G.711 of ${channels} channels`;
  return timescale > 0 ? undefined : `timescale ${timescale}`;
}

function trackOf({ input, rate }: Open): AudioTrack {
  const config = writeAudioConfig({ objectType: 2, sampleRate: rate, channels: input.channels });
  return { kind: 'audio', codec: 'aac', timescale: rate, config, sampleRate: rate, channels: input.channels };
}
