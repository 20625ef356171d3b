import { defineConfig } from 'vite';

/** The app that answers `/api` while pages are edited: `npm run demo` beside `npm run console:dev`. */
const APP = 'http://127.0.0.1:3000';

export default defineConfig({
  base: '/console/',
  build: {
    outDir: '../dist/console',
    emptyOutDir: true,
    target: 'es2023',
    manifest: 'manifest.json', // scripts/console-size.ts weighs the first page by it
    modulePreload: { polyfill: false }, // the polyfill would be an inline script where the policy allows none
    chunkSizeWarningLimit: 1000,
  },
  server: { proxy: { '/api': APP } },
});
