// The pages with a player, in one file: they share most of what they are made of.
export { preloadPlayer } from '../player/sources.ts';
export { default as EmbedPage } from './EmbedPage.vue';
export { default as EmbedRecordingPage } from './EmbedRecordingPage.vue';
export { default as RecordingPage } from './RecordingPage.vue';
export { default as WallPage } from './WallPage.vue';
export { default as WatchPage } from './WatchPage.vue';
