import { posix } from 'node:path'
import { CodedError } from '@souk/runtime'

/**
 * A path inside a task's folder, in normal form ('.' for the folder itself). Throws code `path-escapes` for one that is
 * absolute or leads out of it.
 */
export function taskPath(path: string): string {
  const normal = posix.normalize(path)
  const out = normal === '..' || normal.startsWith('../') || posix.isAbsolute(normal)
  if (out || path.includes('\0') || path.includes('\\')) {
    const rule = 'it must be relative, with forward slashes, and stay inside'
    throw new CodedError('path-escapes', `path ${JSON.stringify(path)} leaves the task's folder: ${rule}`)
  }
  return normal.endsWith('/') ? normal.slice(0, -1) : normal
}
