// How the pages are built, and served while developing. `npm run dev` proxies the API to a site on its usual port.
import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vite';
import { elementStyles } from './element-styles.ts';
import { pageFiles } from './page-files.ts';
import { precompress } from './precompress.ts';
import { thinContract } from './thin-contract.ts';

const site = `http://127.0.0.1:${process.env['LUBO_SITE_PORT'] ?? '8000'}`;

export default defineConfig({
  plugins: [thinContract(), vue(), elementStyles(), pageFiles(), precompress()],
  define: {
    __VUE_OPTIONS_API__: 'false',
    __VUE_PROD_DEVTOOLS__: 'false',
    __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
    __VUE_I18N_FULL_INSTALL__: 'false',
    __VUE_I18N_LEGACY_API__: 'false',
    __INTLIFY_PROD_DEVTOOLS__: 'false',
  },
  build: {
    // Schools keep phones and PCs for long: Chrome 87 is what Windows 7 machines still carry at best.
    target: ['chrome87', 'firefox90', 'safari14', 'edge88'],
    cssTarget: ['chrome87', 'firefox90', 'safari14', 'edge88'],
    assetsInlineLimit: 2048,
    chunkSizeWarningLimit: 300,
    rolldownOptions: {
      output: {
        // What changes with a dependency only, and what every page has, in one file each: few requests, long cached.
        codeSplitting: {
          groups: [
            { name: 'vue', test: /node_modules[\\/](vue|@vue|vue-router|vue-i18n|@intlify)[\\/]/ },
            { name: 'frame', test: /packages[\\/]web[\\/]src[\\/](ui|[a-z]+\.ts|events|account[\\/](session|problem-words))/ },
            // The lists, and the pages with a player that they lead to, in one file each: many small ones cost a slow network more than they save.
            { name: 'lists', test: /packages[\\/]web[\\/]src[\\/](front[\\/](?!WatchPage|RecordingPage|Embed|Wall|ChannelAddresses|QrCode|use-watch-page|use-channel-state|use-offline-reason)|player[\\/]seek-preview)/ },
            { name: 'watch', test: /packages[\\/]web[\\/]src[\\/](front|player)[\\/]/ },
          ],
        },
      },
    },
  },
  server: { proxy: { '/api': { target: site, ws: true } } },
});
