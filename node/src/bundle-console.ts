import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const sources = fileURLToPath(new URL('../../packages/console/src', import.meta.url))

/** The console as static files by name; scripts and styles are named by their content. It takes about a third of a second. */
export async function bundleConsole(): Promise<Map<string, Uint8Array>> {
  const { outputFiles } = await build({
    entryPoints: { console: join(sources, 'main.tsx') },
    outdir: '/',
    write: false,
    bundle: true,
    minify: true,
    format: 'esm',
    target: ['es2022'],
    entryNames: '[name]-[hash]',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    legalComments: 'none',
    logLevel: 'silent',
  })
  const files = new Map<string, Uint8Array>(outputFiles.map(({ path, contents }) => [basename(path), contents]))
  const named = (extension: string) => [...files.keys()].find((name) => name.endsWith(extension)) ?? ''
  const page = readFileSync(join(sources, 'index.html'), 'utf8')
    .replace('console.css', named('.css'))
    .replace('console.js', named('.js'))
  files.set('icon.svg', readFileSync(join(sources, 'icon.svg')))
  return files.set('index.html', new TextEncoder().encode(page))
}
