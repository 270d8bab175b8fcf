// RTMP messages (Adobe RTMP 1.0 §6.1) and the numbers of their kinds (§5.4, §7.1).

/** One whole message. `timestamp` in ms: unsigned 32-bit when read, written modulo 2^32. */
export type RtmpMessage = {
  /** One of `messageTypes`, or a number unknown to us. */
  typeId: number;
  /** Message stream: 0 for the connection, else what createStream gave. */
  streamId: number;
  timestamp: number;
  body: Uint8Array;
};

/** Message type ids. */
export const messageTypes = {
  setChunkSize: 1,
  abort: 2,
  acknowledgement: 3,
  userControl: 4,
  windowAckSize: 5,
  setPeerBandwidth: 6,
  audio: 8,
  video: 9,
  dataAmf3: 15,
  commandAmf3: 17,
  dataAmf0: 18,
  commandAmf0: 20,
  aggregate: 22,
} as const;
