import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { usageError } from '../cli-error.ts'

/** Larger files are left out: the demo is about many tasks, not long ones. */
const fileBytesMax = 1024 * 1024
/** A function's arguments travel inside the task; its limit is 64 KiB. */
const textCharsMax = 16 * 1024
const skipped = new Set(['node_modules', 'dist', 'coverage'])

/** What a command of the demo finds out about one file. */
export interface Digest {
  sha256: string
  gzipBytes: number
  lines: number
  words: number
}

/** The process task: reads the file that travelled with it. `node -e`, so that it runs wherever souk does. */
export const digestScript = `
const data = require('node:fs').readFileSync(process.argv[1])
const sha256 = require('node:crypto').createHash('sha256').update(data).digest('hex')
const gzipBytes = require('node:zlib').gzipSync(data).length
const text = data.toString('latin1')
const lines = text.split('\\n').length - 1
const words = text.split(/\\s+/).filter(Boolean).length
console.log(JSON.stringify({ sha256, gzipBytes, lines, words }))`

/** The function batch's module; it travels with the tasks, and runs here once more to compare. */
export const wordSource = `
export function topWords(text, count) {
  const seen = new Map()
  for (const word of text.toLowerCase().match(/[a-z_]{2,}/g) ?? []) seen.set(word, (seen.get(word) ?? 0) + 1)
  const sorted = [...seen].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
  return sorted.slice(0, count)
}`

/** The same as `digestScript`, done here. */
export function digestHere(data: Buffer): Digest {
  const text = data.toString('latin1')
  return {
    sha256: createHash('sha256').update(data).digest('hex'),
    gzipBytes: gzipSync(data).length,
    lines: text.split('\n').length - 1,
    words: text.split(/\s+/).filter(Boolean).length,
  }
}

/** The same as the function tasks, done here. */
export async function loadTopWords(): Promise<(text: string, count: number) => unknown> {
  const module: { topWords(text: string, count: number): unknown } = await import(
    `data:text/javascript,${encodeURIComponent(wordSource)}`
  )
  return module.topWords
}

export interface DemoFile {
  /** relative to the folder */
  path: string
  data: Buffer
  /** what the function task gets */
  text: string
}

/** The folder's files in order, at most `limit`; `total` says how many there are. */
export function readFiles(folder: string, limit: number): { files: DemoFile[]; total: number } {
  const stats = statSync(folder, { throwIfNoEntry: false })
  if (!stats?.isDirectory()) throw usageError(`--dir: ${folder} is not a folder`)
  const paths = listFiles(folder)
  if (paths.length === 0) throw usageError(`--dir: ${folder} has no files up to 1 MB`)
  const files = paths.slice(0, limit).map((path) => {
    const data = readFileSync(path)
    return { path: relative(folder, path), data, text: data.toString('latin1').slice(0, textCharsMax) }
  })
  return { files, total: paths.length }
}

function listFiles(folder: string): string[] {
  const found: string[] = []
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))
  for (const entry of entries) {
    if (entry.name.startsWith('.') || skipped.has(entry.name)) continue
    const path = join(folder, entry.name)
    if (entry.isDirectory()) found.push(...listFiles(path))
    else if (entry.isFile() && statSync(path).size <= fileBytesMax) found.push(path)
  }
  return found
}

/** The project's own sources in a clone; where it is installed, the program itself. */
export function defaultFolder(): string {
  const here = dirname(fileURLToPath(import.meta.url))
  for (const up of ['../../..', '../..']) {
    const root = resolve(here, up)
    if (existsSync(join(root, 'pnpm-workspace.yaml'))) return join(root, 'packages')
  }
  return here
}
