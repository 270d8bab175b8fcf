// The mark that each video frame of the bench's stream carries: when it was sent, in a SEI (ITU-T H.264 D.1.7) that
// servers pass on untouched and viewers.c finds by its 16 letters.

const label = 'lubo-bench-mark:';
const payloadType = 5;

/** Microseconds on the system's monotonic clock, the same for every process. */
export function nowMicros(): bigint {
  return process.hrtime.bigint() / 1000n;
}

/** A length-prefixed SEI NAL unit with the present time: goes before a frame's own NAL units. */
export function markNal(): Uint8Array {
  const text = label + nowMicros().toString(16).padStart(16, '0');
  const body = Buffer.concat([Buffer.from([0x06, payloadType, text.length]), Buffer.from(text, 'latin1'), Buffer.from([0x80])]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length);
  return Buffer.concat([length, body]);
}
