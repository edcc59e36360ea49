import { lstatSync } from 'node:fs'
import { join } from 'node:path'
import type { BlobAccess } from '@souk/runtime'
import type { CheckpointPlan, FileRef, PeerId } from '@souk/wire'
import { collectOutputs } from './output-files.ts'
import { messageOf } from './run-result.ts'

/** So long may what a run leaves when it is stopped be on its way to other peers. */
export const storeMsMax = 60_000

/** The file that a run leaves when it is stopped to go on elsewhere. */
export class CheckpointFile {
  readonly plan: CheckpointPlan
  readonly #folder: string
  #before: string | undefined

  constructor(folder: string, plan: CheckpointPlan) {
    this.#folder = folder
    this.plan = plan
  }

  /** The run is about to be asked for it: what it writes from here on is that. */
  ask(): void {
    this.#before = this.#seen()
  }

  /** There is another than there was when the run was asked. By what the file is, not by the clock. */
  get isNew(): boolean {
    const seen = this.#seen()
    return seen !== undefined && seen !== this.#before
  }

  get path(): string {
    return join(this.#folder, this.plan.path)
  }

  #seen(): string | undefined {
    const info = lstatSync(this.path, { bigint: true, throwIfNoEntry: false })
    return info?.isFile() ? `${info.ino} ${info.mtimeNs} ${info.size}` : undefined
  }

  /** Into the blob store, and to two of the task's custodians where there are so many. Never rejects: says why not. */
  async store(
    to: { blobs: BlobAccess; copies: PeerId[]; bytesMax: number },
    signal: AbortSignal,
  ): Promise<{ file?: FileRef; note: string }> {
    try {
      const inTime = AbortSignal.any([signal, AbortSignal.timeout(storeMsMax)])
      const { files, notes } = await collectOutputs(this.#folder, [this.plan.path], to, inTime)
      const file = files.find(({ path }) => path === this.plan.path)
      if (!file) return { note: `it left no checkpoint: ${notes.join('; ') || 'no such file'}` }
      return { file, note: `it left its checkpoint ${file.path} of ${file.blob.sizeBytes} bytes` }
    } catch (error) {
      return { note: `its checkpoint could not be stored: ${messageOf(error)}` }
    }
  }
}
