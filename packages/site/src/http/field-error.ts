// What a shape finds wrong with a field, from zod's words into the contract's codes.
import type { WrongField } from '@lubo/contract';

/** What zod tells, as far as it is used here. */
export type Issue = { code?: string | undefined; message: string; path: readonly PropertyKey[]; origin?: unknown; minimum?: unknown; maximum?: unknown };

/** `part` of the request: params, query or body. */
export function fieldErrorOf(part: string, { code, message, path: steps, origin, minimum, maximum }: Issue): WrongField {
  const path = [part, ...steps.map(String)].join('.');
  const isText = origin === 'string';
  const isList = origin === 'array';
  if (code === 'too_small') {
    // An empty text is one that was not given.
    if (isText && minimum === 1) return { path, message, code: 'needed' };
    return { path, message, code: isText ? 'too-short' : isList ? 'too-few' : 'too-small', limit: Number(minimum) };
  }
  if (code === 'too_big') return { path, message, code: isText ? 'too-long' : isList ? 'too-many' : 'too-big', limit: Number(maximum) };
  return { path, message, code: message.endsWith('received undefined') ? 'needed' : 'format' };
}
