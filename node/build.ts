import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import manifest from './package.json' with { type: 'json' }

/**
 * Bundles the program for `npm i -g`. The workspace's own packages (devDependencies of this one) go into dist; what
 * is native, large, or reads its own files stays outside, as this package's dependencies. Every entry and chunk lies
 * in one folder, because the executors look for their scripts beside their own code.
 */
const here = dirname(fileURLToPath(import.meta.url))
const dist = join(here, 'dist')
const executors = join(here, '../packages/executors/src')

rmSync(dist, { recursive: true, force: true })
mkdirSync(dist, { recursive: true })
await build({
  entryPoints: {
    souk: join(here, 'src/main.ts'),
    guardian: join(executors, 'guardian/main.ts'),
    'function-worker': join(executors, 'function-worker.ts'),
  },
  outdir: dist,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node22.12',
  external: Object.keys(manifest.dependencies),
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
})
const entry = join(dist, 'souk.js')
writeFileSync(entry, `#!/usr/bin/env node\n${readFileSync(entry, 'utf8')}`)
chmodSync(entry, 0o755)
