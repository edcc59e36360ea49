import { globSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileTrouble, usageError } from './cli-error.ts'

/** Items one `souk map` takes: they are kept in memory until the end, for their order. */
const mapItemsMax = 1_000_000

export interface MapSources {
  file?: string
  glob?: string[]
}

/** The lines of standard input or a file, or the files of globs, in order. */
export function readItems(sources: MapSources, cwd: string): string[] {
  if (sources.file !== undefined && sources.glob !== undefined)
    throw usageError('give either --file or --glob, not both')
  const items = sources.glob === undefined ? readLines(sources.file, cwd) : readGlobs(sources.glob, cwd)
  if (items.length > mapItemsMax) throw usageError(`${items.length} items are more than the ${mapItemsMax} of one map`)
  return items
}

function readLines(file: string | undefined, cwd: string): string[] {
  if (file === undefined && process.stdin.isTTY) {
    throw usageError(
      'no items: standard input is a terminal',
      "seq 10 | souk map -- echo {}   or: souk map --file LIST -- …   or: souk map --glob 'src/*.ts' -- …",
    )
  }
  const fromInput = file === undefined || file === '-'
  try {
    const text = readFileSync(fromInput ? 0 : resolve(cwd, file), 'utf8')
    return text.split('\n').filter((line) => line !== '')
  } catch (cause) {
    throw usageError(`${fromInput ? 'standard input' : `--file: ${file}`} cannot be read: ${fileTrouble(cause)}`)
  }
}

function readGlobs(patterns: readonly string[], cwd: string): string[] {
  const found: string[] = []
  for (const pattern of patterns) {
    const files = globSync(pattern, { cwd, withFileTypes: false }).sort()
    if (files.length === 0) throw usageError(`--glob: ${pattern} matches nothing in ${cwd}`)
    found.push(...files)
  }
  return [...new Set(found)]
}

/** The words of one item's command: every {} replaced, or the item appended where there is none. */
export function fillWords(words: readonly string[], item: string): string[] {
  if (!words.some((word) => word.includes('{}'))) return [...words, item]
  return words.map((word) => word.replaceAll('{}', item))
}
