// Bounds of one RTMP connection: a peer that passes one of them gets a FormatError and is closed.

/** Bounds of one RTMP session; bytes and counts. */
export type RtmpLimits = {
  /** Longest audio, video or aggregate message, bytes. */
  messageLength: number;
  /** Longest command, script or control message, bytes; also any message before the peer asked to publish. */
  commandLength: number;
  /** Sum of the lengths of messages that have begun but not ended, bytes: what one peer can make us hold. */
  pendingLength: number;
  /** Chunk streams in use. */
  chunkStreams: number;
  /** Message streams (createStream) open at once. */
  streams: number;
};

/** What a session allows unless told otherwise. */
export const defaultRtmpLimits: RtmpLimits = {
  messageLength: 16 * 1024 * 1024,
  commandLength: 64 * 1024,
  pendingLength: 20 * 1024 * 1024,
  chunkStreams: 64,
  streams: 8,
};
