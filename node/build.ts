import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type BuildOptions, build, type Plugin } from 'esbuild'
import manifest from './package.json' with { type: 'json' }
import { bundleConsole } from './src/bundle-console.ts'

/**
 * Bundles the program for `npm i -g`. The workspace's own packages (devDependencies of this one) and the modules they
 * use go into dist, libp2p among them: one bundle starts faster and takes 30 MB less than hundreds of files. What is
 * native, or reads its own files, stays outside, as this package's dependencies.
 *
 * Four parts, all in one folder because the executors look for their scripts beside their own code:
 * - souk.cjs, the entry: old Nodes can read it far enough to be told that they are too old;
 * - cli.cjs, all commands: CommonJS in one file, whose modules run only when they are used, starts fastest;
 * - what only a running peer or `souk top` needs: ES modules in chunks;
 * - console, the static files of the web console.
 */
const here = dirname(fileURLToPath(import.meta.url))
/** another folder (below this one, so that what stays outside is found) may be named */
const dist = resolve(process.argv[2] ?? join(here, 'dist'))
const source = (name: string) => join(here, 'src', `${name}.ts`)
const executors = join(here, '../packages/executors/src')
/** what only a running peer, or only a whole screen, needs */
const apart = ['foreground', 'join-mesh', 'issue-token', 'store-tools', 'top-screen']

/** Leaves dynamic imports of these modules as imports of their built files. */
function leave(names: readonly string[], extension: string): Plugin {
  return {
    name: `leave ${names.join(' ')}`,
    setup({ onResolve }) {
      onResolve({ filter: new RegExp(`^\\.\\.?/(${names.join('|')})\\.ts$`) }, ({ path, kind }) => {
        if (kind !== 'dynamic-import') return undefined
        return { path: `./${path.replace(/^.*\/|\.ts$/g, '')}.${extension}`, external: true }
      })
    },
  }
}

/** commander loads it for commands that are programs of their own; souk has none, and every command would pay. */
const withoutChildProcess: Plugin = {
  name: 'commander without node:child_process',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:child_process$/ }, ({ importer }) =>
      importer.includes('commander') ? { path: 'child_process', namespace: 'nothing' } : undefined,
    )
    onLoad({ filter: /.*/, namespace: 'nothing' }, () => ({ contents: 'export default {}' }))
  },
}

const shared: BuildOptions = {
  bundle: true,
  platform: 'node',
  target: 'node22.12',
  external: Object.keys(manifest.dependencies),
  minify: true,
  legalComments: 'none',
}

rmSync(dist, { recursive: true, force: true })
mkdirSync(dist, { recursive: true })
const entry = join(dist, 'souk.cjs')
await build({
  ...shared,
  entryPoints: [source('main')],
  outfile: entry,
  format: 'cjs',
  target: 'node12',
  supported: { 'dynamic-import': false },
  plugins: [leave(['cli'], 'cjs')],
})
await build({
  ...shared,
  entryPoints: [source('cli')],
  outfile: join(dist, 'cli.cjs'),
  format: 'cjs',
  define: { 'import.meta.url': 'importMetaUrl' },
  banner: { js: "const importMetaUrl=require('node:url').pathToFileURL(__filename).href;" },
  plugins: [leave(apart, 'js'), withoutChildProcess],
})
await build({
  ...shared,
  entryPoints: {
    ...Object.fromEntries(apart.map((name) => [name, source(name)])),
    guardian: join(executors, 'guardian/main.ts'),
    'function-worker': join(executors, 'function-worker.ts'),
  },
  outdir: dist,
  format: 'esm',
  splitting: true,
  // Some of what is bundled is CommonJS that requires built-in modules.
  banner: {
    js: "import { createRequire as makeRequire } from 'node:module';const require=makeRequire(import.meta.url);",
  },
  // Stack traces of a peer that is in trouble should read well.
  minify: false,
  minifyWhitespace: true,
  minifySyntax: true,
  // Only a checkout bundles the console when it is asked for: here it is built.
  plugins: [leave(['bundle-console'], 'js')],
})
mkdirSync(join(dist, 'console'))
for (const [name, content] of await bundleConsole()) writeFileSync(join(dist, 'console', name), content)
writeFileSync(entry, `#!/usr/bin/env node\n${readFileSync(entry, 'utf8')}`)
chmodSync(entry, 0o755)
