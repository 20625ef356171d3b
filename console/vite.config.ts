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
    modulePreload: { polyfill: false }, // every browser of the target has it
    chunkSizeWarningLimit: 1000, // kB before gzip; what counts is held by npm run check:console
    rolldownOptions: { checks: { moduleLevelDirective: false } }, // antd marks its files for servers; there is none here
  },
  server: { proxy: { '/api': APP } },
});
