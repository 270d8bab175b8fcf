// Every code that a problem may have: what programs go by, pages put in words, and tests prove.

/** What the site answers, by the kind of the problem. */
export const problemCodes = {
  invalid: [
    'invalid-request', 'malformed-request', 'body-too-large', 'not-json', 'not-jpeg', 'not-webp', 'place-unfit',
    'checksum-mismatch', 'size-mismatch', 'range-not-satisfiable', 'expectation-invalid', 'key-invalid', 'limit-invalid', 'retention-invalid',
  ],
  unauthenticated: ['no-agent', 'no-session', 'wrong-credentials', 'wrong-token'],
  denied: [
    'blocked', 'foreign-origin', 'missing-scope', 'not-a-gather', 'not-an-administrator', 'not-for-tokens', 'not-yours', 'sign-in-declined',
    'token-expired', 'token-malformed', 'token-missing', 'token-wrong', 'wrong-code', 'wrong-password',
  ],
  'not-found': [
    'channel-not-found', 'code-not-found', 'gather-not-found', 'grade-not-found', 'group-not-found', 'lesson-not-found', 'live-server-not-found',
    'no-such-address', 'object-not-found', 'person-not-found', 'picture-not-found', 'provider-not-found', 'recording-not-found', 'school-not-found',
    'subject-not-found', 'teacher-not-found', 'token-not-found', 'upload-not-found', 'volume-not-found', 'way-not-found',
  ],
  gone: ['code-expired', 'recording-deleted', 'sign-in-expired'],
  conflict: [
    'already-answered', 'already-recording', 'already-set-up', 'channel-offline', 'channel-stopped', 'confirm-needed', 'group-default', 'group-empty',
    'group-in-use', 'idempotency-key-reused', 'in-use', 'is-local', 'key-taken', 'last-administrator', 'last-way', 'name-taken', 'not-in-bin',
    'not-recording', 'offset-mismatch', 'order-changed', 'place-taken', 'recording-deleted', 'recording-differs', 'revision-conflict',
    'still-being-made', 'too-many-channels', 'too-many-grades', 'too-many-providers', 'too-many-schools', 'too-many-subjects', 'too-many-teachers',
    'too-many-tokens', 'too-many-ways', 'upload-busy', 'upload-differs', 'upload-incomplete', 'volume-in-use', 'volume-known', 'way-taken',
  ],
  'too-many': ['too-many-enrolments', 'too-many-keys', 'too-many-sign-ins'],
  unavailable: [
    'busy', 'channel-offline', 'no-live-server', 'no-secure-live-server', 'sign-in-service-refused', 'sign-in-service-unreachable', 'storage-away',
    'storage-busy', 'storage-failed', 'storage-full', 'too-many-listeners', 'too-many-waiting',
  ],
} as const;

/** What live servers answer beside those. */
export const liveProblemCodes = {
  invalid: ['bad-address', 'bad-format'],
  'not-found': ['no-such-page', 'no-such-segment', 'no-video'],
  gone: ['segment-gone', 'session-over'],
  unavailable: ['full', 'no-keys', 'no-segment', 'stopping', 'worker-away'],
} as const;

type Codes<Table extends Record<string, readonly string[]>> = Table[keyof Table][number];
export type ProblemCode = Codes<typeof problemCodes> | Codes<typeof liveProblemCodes>;
