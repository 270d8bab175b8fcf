// What others may use of this package: tests and benchmarks start the server inside their own process.
export { type Limits, defaultLimits } from './limits.ts';
export { type Live, type LiveOptions, startLive } from './live.ts';
