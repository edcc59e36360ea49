import { constants, createReadStream } from 'node:fs'
import { open, realpath } from 'node:fs/promises'
import type { BlobAccess } from '@souk/runtime'
import { type FileRef, limits, type PeerId } from '@souk/wire'
import { matchingPaths, realInside } from './matching-paths.ts'
import { taskPath } from './task-path.ts'

export interface Collected {
  files: FileRef[]
  /** one line for each thing that did not come back */
  notes: string[]
  /** true when something that was there could not be brought back */
  failed: boolean
}

/**
 * Brings a task's output files into the blob store. A pattern may be a path, a folder (all that is in it) or a glob.
 * Only regular files whose real place is inside the folder; at most `limits.filesMax` files and `bytesMax` bytes.
 */
export async function collectOutputs(
  folder: string,
  patterns: string[],
  store: { blobs: BlobAccess; copies: PeerId[]; bytesMax: number },
  signal: AbortSignal,
): Promise<Collected> {
  const found: Collected = { files: [], notes: [], failed: false }
  const root = await realpath(folder)
  const seen = new Set<string>()
  let leftBytes = store.bytesMax
  for (const pattern of patterns) {
    const paths = await matchingPaths(root, taskPath(pattern))
    let taken = 0
    for (const path of paths) {
      signal.throwIfAborted()
      const real = await realInside(root, path)
      if (real === undefined) {
        found.notes.push(`output ${path} is a link that leads out of the task's folder: left out`)
        continue
      }
      taken++
      if (seen.has(path)) continue
      seen.add(path)
      const file = await storeFile(real, path, leftBytes, found, store, signal)
      if (!file) continue
      leftBytes -= file.blob.sizeBytes
      found.files.push(file)
    }
    if (taken === 0) found.notes.push(`output ${JSON.stringify(pattern)} matched no file`)
  }
  return found
}

async function storeFile(
  real: string,
  path: string,
  leftBytes: number,
  found: Collected,
  store: { blobs: BlobAccess; copies: PeerId[] },
  signal: AbortSignal,
): Promise<FileRef | undefined> {
  const file = await open(real, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  try {
    const info = await file.stat()
    if (!info.isFile()) return undefined
    if (info.size > leftBytes || found.files.length >= limits.filesMax) {
      const bound = info.size > leftBytes ? `${leftBytes} bytes are left for output files` : `${limits.filesMax} files`
      found.notes.push(`output ${path} (${info.size} bytes) is over the limit (${bound}): left out`)
      found.failed = true
      return undefined
    }
    const data = createReadStream('', { fd: file, autoClose: false })
    const blob = await store.blobs.write(data, store.copies, leftBytes, signal)
    return { path, blob, mode: info.mode & 0o777 }
  } finally {
    await file.close()
  }
}
