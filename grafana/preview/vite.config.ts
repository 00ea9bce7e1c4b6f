import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

// Where the built page goes, and the Prometheus that it reads; both are set by ./inv preview.
const outDir = process.env.PREVIEW_OUT ?? 'dist';
const prometheus = process.env.PREVIEW_PROMETHEUS ?? 'http://127.0.0.1:9090';

export default defineConfig(({ isSsrBuild }) => ({
  plugins: [react()],
  define: isSsrBuild ? {} : { 'process.env': {}, global: 'globalThis' },
  build: { outDir: isSsrBuild ? `${outDir}-describe` : outDir, emptyOutDir: true, chunkSizeWarningLimit: 10_000 },
  // The libraries' modules for Node import a package by names that it has for bundlers only: bundle them too.
  ssr: isSsrBuild ? { noExternal: true } : {},
  // Their modules for Node do not load in Node: let Vite read them.
  test: {
    environment: 'happy-dom',
    // Far from UTC, so that a forgotten time zone shows.
    env: { TZ: 'Asia/Kolkata' },
    unstubGlobals: true,
    isolate: false,
    maxWorkers: 1,
    server: { deps: { inline: [/@grafana/] } },
  },
  preview: { host: '127.0.0.1', proxy: { '/api/v1': prometheus } },
}));
