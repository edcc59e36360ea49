import { type BlobRef, outcomeBlobs, specBlobs, type TaskView } from '@souk/wire'
import { ApiError } from './api-error.ts'
import type { ControlOptions } from './options.ts'
import type { TaskFinder } from './task-finder.ts'

/** every blob that a task refers to */
function blobsOf({ record, outcome }: TaskView): BlobRef[] {
  return [...specBlobs(record.spec), ...(outcome ? outcomeBlobs(outcome) : [])]
}

/** Reads blobs that are kept here, and those of a task from whoever ran it, keeps it or submitted it. */
export class BlobFinder {
  readonly #options: Pick<ControlOptions, 'blobs' | 'readBlob'>
  readonly #finder: TaskFinder

  constructor(options: Pick<ControlOptions, 'blobs' | 'readBlob'>, finder: TaskFinder) {
    this.#options = options
    this.#finder = finder
  }

  /** The bytes, once the first of them are here. Throws ApiError 404 `blob-missing`. */
  async open(hash: string, task: string | undefined, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
    const source = (await this.#options.blobs.has(hash))
      ? this.#options.blobs.get(hash)
      : await this.#remote(hash, task, signal)
    // What fails before the first byte is still an answer of its own.
    const iterator = source[Symbol.asyncIterator]()
    const first = await iterator.next()
    return (async function* () {
      try {
        for (let next = first; !next.done; next = await iterator.next()) yield next.value
      } finally {
        await iterator.return?.()
      }
    })()
  }

  async #remote(hash: string, task: string | undefined, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
    if (task === undefined) {
      throw new ApiError(
        404,
        'blob-missing',
        `blob ${hash} is not kept at this peer; name the task it belongs to (?task=ID)`,
      )
    }
    const view = await this.#finder.view(task)
    const ref = blobsOf(view).find((blob) => blob.hash === hash)
    if (!ref)
      throw new ApiError(404, 'blob-missing', `task ${task} has no blob ${hash}, and it is not kept at this peer`)
    const { outcome, bearer, record } = view
    const holders = [outcome?.host, bearer, ...record.custodians, record.origin].filter((peer) => peer !== undefined)
    return this.#options.readBlob(ref, [...new Set(holders)], signal)
  }
}
