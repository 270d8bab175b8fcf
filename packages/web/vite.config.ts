// How the pages are built, and served while developing. `npm run dev` proxies the API to a site on its usual port.
import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vite';
import { compileHints } from './compile-hints.ts';
import { compiledWords } from './compiled-words.ts';
import { elementStyles } from './element-styles.ts';
import { pageFiles } from './page-files.ts';
import { precompress } from './precompress.ts';
import { thinContract } from './thin-contract.ts';

const site = `http://127.0.0.1:${process.env['LUBO_SITE_PORT'] ?? '8000'}`;

export default defineConfig(({ command }) => ({
  plugins: [thinContract(), compiledWords(), vue(), elementStyles(), pageFiles(), compileHints(), precompress()],
  define: {
    __VUE_OPTIONS_API__: 'false',
    __VUE_PROD_DEVTOOLS__: 'false',
    __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
    __VUE_I18N_FULL_INSTALL__: 'false',
    __VUE_I18N_LEGACY_API__: 'false',
    __INTLIFY_PROD_DEVTOOLS__: 'false',
    __INTLIFY_DROP_MESSAGE_COMPILER__: String(command === 'build'),
  },
  build: {
    // Schools keep phones and PCs for long: Chrome 87 is what Windows 7 machines still carry at best.
    target: ['chrome87', 'firefox90', 'safari14', 'edge88'],
    cssTarget: ['chrome87', 'firefox90', 'safari14', 'edge88'],
    assetsInlineLimit: 2048,
    chunkSizeWarningLimit: 300,
    // It would run after all that it should have fetched ahead.
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        // Few requests, long cached: what changes with a dependency only in one file, what every page and the lists have in another;
        // the pages with a player are a third (player-pages.ts). Many small files cost a slow network more than they save.
        codeSplitting: {
          groups: [
            { name: 'vue', test: /node_modules[\\/](vue|@vue|vue-router|vue-i18n|@intlify)[\\/]/ },
            { name: 'frame', test: /packages[\\/]web[\\/]src[\\/](App\.vue|style|ui|[a-z]+\.ts|events|account[\\/](session|problem-words|qr-path)|front[\\/](?!player-pages|WatchPage|RecordingPage|Embed|Wall|ChannelAddresses|QrCode|use-watch-page|use-channel-state|use-offline-reason)|player[\\/]seek-preview)/ },
          ],
        },
      },
    },
  },
  server: { proxy: { '/api': { target: site, ws: true } } },
}));
