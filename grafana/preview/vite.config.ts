import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import react from '@vitejs/plugin-react';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

// Where the built page goes; ./inv preview sets it, and serves it over a Prometheus.
const outDir = process.env.PREVIEW_OUT ?? 'dist';

// What Grafana's libraries fetch while the page runs, below the path that index.html gives them.
const ICONS = 'grafana/build/img/icons';
const FONTS = 'grafana/fonts/inter';
const LIBRARY_FILES = {
  'node_modules/@grafana/ui/dist/public/img/icons': ICONS,
  'node_modules/@fontsource/inter/files/inter-latin-400-normal.woff2': `${FONTS}/Inter-Regular.woff2`,
  'node_modules/@fontsource/inter/files/inter-latin-500-normal.woff2': `${FONTS}/Inter-Medium.woff2`,
};

function copyLibraryFiles(): Plugin {
  return {
    name: 'copy-library-files',
    writeBundle() {
      for (const [source, target] of Object.entries(LIBRARY_FILES)) {
        cpSync(source, join(outDir, target), { recursive: true });
      }
      // The package lacks the icon of the time picker's first button, which is the mirror of another.
      const forward = join(outDir, ICONS, 'unicons/angle-double-right.svg');
      const back = join(outDir, ICONS, 'unicons/angle-double-left.svg');
      writeFileSync(back, readFileSync(forward, 'utf8').replace('<path ', '<path transform="rotate(180 12 12)" '));
    },
  };
}

export default defineConfig(({ isSsrBuild }) => ({
  plugins: [react(), ...(isSsrBuild ? [] : [copyLibraryFiles()])],
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
}));
