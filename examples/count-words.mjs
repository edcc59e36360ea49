import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Runs on a host of the mesh, which never saw this file before. The task's input files are in SOUK_FOLDER. */
export function countWords(path) {
  const text = readFileSync(join(process.env.SOUK_FOLDER, path), 'utf8')
  const counts = {}
  for (const [word] of text.toLowerCase().matchAll(/\p{L}+/gu)) counts[word] = (counts[word] ?? 0) + 1
  return Object.entries(counts)
}
