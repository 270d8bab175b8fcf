// The light build of hls.js comes without declarations of its own; what it has is what the full build declares.
declare module 'hls.js/light' {
  export { default } from 'hls.js';
  export * from 'hls.js';
}
