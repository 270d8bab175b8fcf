// Settings of every part: schema, reading, and telling what is wrong with them.
export * from './environment.ts';
export * from './load.ts';
export * from './read.ts';
export * from './schema.ts';
export * from './part.ts';
export * from './authorities.ts';
export * from './site-place.ts';
export * from './start-error.ts';
export * from './tls.ts';
