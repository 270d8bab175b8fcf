// Bounds of one RTMP connection: a peer that passes one of them gets a FormatError and is closed.

/** Bounds of one RTMP session; bytes and counts. */
export type RtmpLimits = {
  /** Longest audio or video message, bytes. */
  messageLength: number;
  /** Longest command, script or control message, bytes; also any message before a stream publishes or plays. */
  commandLength: number;
  /** Chunk streams in use at once. */
  chunkStreams: number;
  /** Message streams (createStream) open at once. */
  streams: number;
};

/** What a session allows unless told otherwise. */
export const defaultRtmpLimits: RtmpLimits = {
  messageLength: 16 * 1024 * 1024,
  commandLength: 64 * 1024,
  chunkStreams: 64,
  streams: 8,
};
