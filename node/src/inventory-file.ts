import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { type Declared, parseDeclaration } from '@souk/inventory'
import { messageOf, usageError } from './cli-error.ts'

/** longer than any that fits into its bounds */
const fileCharsMax = 4 * 1024 * 1024

/** What the file of --inventory says; undefined without one. Every problem names the file, and the place in it. */
export function readInventoryFile(file: string | undefined, cwd: string): Declared | undefined {
  if (file === undefined) return undefined
  const path = resolve(cwd, file)
  const next = 'souk help inventory   shows what such a file holds'
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    throw usageError(`--inventory: ${path} cannot be read: ${messageOf(cause)}`, next)
  }
  if (text.length > fileCharsMax) throw usageError(`--inventory: ${path} is over ${fileCharsMax} characters long`, next)
  try {
    return parseDeclaration(text)
  } catch (cause) {
    throw usageError(`--inventory: ${path}: ${messageOf(cause)}`, next)
  }
}
