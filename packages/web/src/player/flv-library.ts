// mpegts.js is CommonJS: what turns it into a module comes with it, not with every page that has a player.
export { default as library } from 'mpegts.js';
