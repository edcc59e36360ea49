import { createWriteStream } from 'node:fs'
import { chmod, mkdir, rmdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type BlobAccess, CodedError } from '@souk/runtime'
import type { FileRef, PeerId } from '@souk/wire'
import { removeTree } from './remove-tree.ts'
import { taskPath } from './task-path.ts'

/** Where a task's TMPDIR is, inside its folder; never among its outputs. */
export const temporaryFolder = '.tmp'

/** The folder that one run works in. Made by this peer for this run alone, so nothing in it can be a link before. */
export class WorkFolder {
  readonly path: string

  constructor(path: string) {
    this.path = path
  }

  get temporary(): string {
    return join(this.path, temporaryFolder)
  }

  /** Makes it, empty. */
  async make(): Promise<void> {
    const made = await mkdir(this.temporary, { recursive: true, mode: 0o700 })
    if (made === undefined) {
      await removeTree(this.path)
      await mkdir(this.temporary, { recursive: true, mode: 0o700 })
    }
  }

  /**
   * Puts the input files in place. Throws code `path-escapes` or `path-twice` for what the task got wrong, and whatever
   * the blobs' reader throws (`blob-missing`).
   */
  async fill(inputs: FileRef[], blobs: BlobAccess, from: PeerId[], signal: AbortSignal): Promise<void> {
    const paths = inputs.map((input) => inputPath(input.path))
    for (const [i, input] of inputs.entries()) {
      const target = join(this.path, paths[i]!)
      await mkdir(dirname(target), { recursive: true, mode: 0o700 }).catch(asTwice(input.path))
      const file = createWriteStream(target, { flags: 'wx', mode: 0o600 })
      await pipeline(Readable.from(blobs.read(input.blob, from, signal)), file, { signal }).catch(asTwice(input.path))
      await chmod(target, input.mode || 0o644)
    }
  }

  /** Removes it with all that is in it. Never throws: what stays behind goes at the next start. */
  async remove(): Promise<void> {
    try {
      await rmdir(this.temporary)
      await rmdir(this.path)
    } catch {
      await removeTree(this.path)
    }
  }
}

function inputPath(path: string): string {
  const inside = taskPath(path)
  if (inside !== '.') return inside
  throw new CodedError('path-escapes', `input path ${JSON.stringify(path)} names the task's folder itself, not a file`)
}

/** Two inputs at one path, or one below another's file. */
function asTwice(path: string): (error: unknown) => never {
  return (error) => {
    const code = (error as NodeJS.ErrnoException).code
    if (code !== 'EEXIST' && code !== 'ENOTDIR' && code !== 'EISDIR') throw error
    throw new CodedError('path-twice', `input path ${JSON.stringify(path)} is taken by another input already`)
  }
}
