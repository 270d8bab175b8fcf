// Why a codec worker did not do what it was asked.

export type CodecErrorCode = 'no-backend' | 'invalid' | 'undecodable' | 'stuck' | 'crashed' | 'busy' | 'superseded' | 'closed';

/** One request failed; others are not touched by it. */
export class CodecError extends Error {
  readonly code: CodecErrorCode;
  constructor(code: CodecErrorCode, detail: string) {
    super(detail);
    this.name = 'CodecError';
    this.code = code;
  }
}
