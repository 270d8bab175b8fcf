// What others may use of this package: tests and benchmarks start the server inside their own process.
export { type Limits, defaultLimits } from './limits.ts';
export { type Live, startLive } from './live.ts';
export type { LiveOptions } from './site-link.ts';
