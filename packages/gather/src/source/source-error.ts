// Why a source gives no video: an error with the code that screens translate.
import type { ChannelFaultCode, CodedFault } from '@lubo/contract';
import { FormatError } from '@lubo/media';

export type SourceErrorCode = Extract<
  ChannelFaultCode,
  | 'file-missing'
  | 'file-denied'
  | 'file-invalid'
  | 'file-truncated'
  | 'file-unreadable'
  | 'settings-invalid'
  | NetworkErrorCode
  | 'internal'
>;

/** Why a camera or another server gives no video. */
export type NetworkErrorCode =
  /** No connection: address, cable, power. */
  | 'source-unreachable'
  /** The connection broke, or the source ended the stream. */
  | 'source-lost'
  /** Connected, but no media for 15 s. */
  | 'source-silent'
  /** The picture goes on, and its sound has stopped. */
  | 'sound-lost'
  /** Connected, but it does not answer as its protocol wants. */
  | 'source-invalid'
  | 'source-forbidden'
  /** Too many viewers, too little bandwidth, or not ready. */
  | 'source-busy'
  | 'source-refused'
  | 'stream-not-found'
  | 'transport-refused'
  | 'too-many-redirects'
  | 'wrong-password'
  | 'password-missing'
  | 'sign-in-not-supported'
  | 'codec-not-supported'
  | 'not-supported';

/** A fault of a source that somebody can do something about. */
export class SourceError extends Error {
  readonly code: SourceErrorCode;
  constructor(code: SourceErrorCode, detail: string, options?: ErrorOptions) {
    super(detail, options);
    this.name = 'SourceError';
    this.code = code;
  }
}

/** The fault as it is reported; `detail` fits the contract's bound. */
export function faultOf(error: unknown): CodedFault<SourceErrorCode> {
  const { code, detail } = codeAndDetail(error);
  return { code, detail: detail.length > 512 ? `${detail.slice(0, 511)}…` : detail };
}

function codeAndDetail(error: unknown): { code: SourceErrorCode; detail: string } {
  if (error instanceof SourceError) return { code: error.code, detail: error.message };
  if (error instanceof FormatError) return { code: 'file-invalid', detail: error.message };
  const { code, message } = error as NodeJS.ErrnoException;
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return { code: 'file-missing', detail: 'there is no such file on the gather' };
    case 'EACCES':
    case 'EPERM':
      return { code: 'file-denied', detail: 'the gather may not read this file' };
    case undefined:
      return { code: 'internal', detail: String(error) };
    default:
      return { code: 'file-unreadable', detail: message };
  }
}
