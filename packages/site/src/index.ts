// The site as tests and benches start it in their own process.
export { openDatabase } from './db/database.ts';
export { createRecordings } from './recordings/recordings.ts';
export { type Site, type SiteDeps, build } from './site.ts';
export { type Clock, systemClock } from './time.ts';
