// What the gather and its codec workers say to each other over the child's channel (structured clones, so bytes stay bytes).

/** What decodes and encodes: FFmpeg inside the worker, the `ffmpeg` program beside it, or nothing. */
export type Backend = 'node-av' | 'ffmpeg' | 'none';

/** A keyframe to decode: length-prefixed NAL units (4-byte lengths) and the body of their `avcC` or `hvcC` box. */
export type Keyframe = { codec: 'h264' | 'h265'; config: Uint8Array; data: Uint8Array };

/** A JPEG and its size in pixels. */
export type Picture = { jpeg: Uint8Array; width: number; height: number };

/** A WebP (lossy) and its size in pixels. */
export type WebPicture = { webp: Uint8Array; width: number; height: number };

/** A JPEG, and the same as WebP in several widths where that can be made. */
export type Still = Picture & { webps: WebPicture[] };

/** A grid of equal tiles in one JPEG, filled row by row. */
export type Sheet = Picture & { tileWidth: number; tileHeight: number; columns: number; count: number };

/**
 * Pictures of one keyframe, which is decoded once: a JPEG for each of `widths`, a WebP for each of `webpWidths` that the video has.
 * Heights keep the aspect as it is shown.
 */
export type PictureWork = { kind: 'picture'; keyframe: Keyframe; widths: readonly number[]; webpWidths: readonly number[] };

/** `webps` lacks what would be enlarged or too large, and is empty where FFmpeg has no encoder for it. */
export type Pictures = { pictures: Picture[]; webps: WebPicture[] };

/** Keyframes of one track as tiles. */
export type SheetWork = { kind: 'sheet'; codec: Keyframe['codec']; config: Uint8Array; frames: readonly Uint8Array[]; tileWidth: number; columns: number };

export type Work = PictureWork | SheetWork;

/** One channel's G.711 sound. */
export type SoundFormat = { codec: 'pcma' | 'pcmu'; sampleRate: number; channels: number };

/** G.711 bytes of sound `sound`; `at` counts samples a channel on its timeline. */
export type SoundBytes = { sound: number; at: number; data: Uint8Array };

/** A raw AAC frame; `at` counts samples a channel at the rate of the AAC, on the same timeline. */
export type AacFrame = { sound: number; at: number; data: Uint8Array };

export type ToWorker =
  | { type: 'work'; id: number; work: Work }
  | { type: 'sound-open'; sound: number; format: SoundFormat }
  | { type: 'sound-bytes'; batch: readonly SoundBytes[] }
  | { type: 'sound-close'; sound: number }
  | { type: 'ping' };

export type FromWorker =
  | { type: 'ready'; backend: Backend; detail: string }
  | { type: 'done'; id: number; pictures: readonly Picture[]; webps?: readonly WebPicture[]; sheet?: Sheet }
  | { type: 'failed'; id: number; detail: string }
  /** Bytes of `batch`es that are worked off. */
  | { type: 'sound-taken'; bytes: number }
  | { type: 'sound-frames'; frames: readonly AacFrame[] }
  | { type: 'sound-failed'; sound: number; detail: string }
  | { type: 'pong'; rssBytes: number };

/** Bounds of one message, checked before sending. */
export const limits = {
  keyframeBytes: 8 * 1024 * 1024,
  sheetFrames: 400,
  sheetBytes: 64 * 1024 * 1024,
  widest: 1920,
  widths: 6,
} as const;

/** The rate of the AAC made of G.711: twice the usual 8 kHz, which halves an AAC frame's delay to 64 ms. */
export function aacRateOf(sampleRate: number): number {
  return sampleRate < 16_000 ? sampleRate * 2 : sampleRate;
}
