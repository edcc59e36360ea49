import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { type DataFolder, readJson, writeSecret } from './data-folder.ts'

/** Signs the sessions of the console; made the first time. Whoever deletes the file ends all sessions at the next start. */
export function consoleKey(folder: DataFolder): Uint8Array {
  const path = join(folder.path, 'console-key.json')
  const known = (readJson(path) as { key?: unknown } | undefined)?.key
  if (typeof known === 'string') return Buffer.from(known, 'base64url')
  const key = randomBytes(32)
  writeSecret(path, { key: key.toString('base64url') })
  return key
}
