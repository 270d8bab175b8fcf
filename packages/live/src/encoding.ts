// How tags become the bytes of one protocol. One Encoding object a protocol, so that its bytes can be shared by identity.
import type { StreamTag } from './stream-tag.ts';
import type { TimeBase } from './time-base.ts';

/** Serialises tags with a viewer's timestamps. */
export type Encoding = {
  readonly name: string;
  encode(tags: readonly StreamTag[], base: TimeBase): Uint8Array;
};
