import type { BlobRef, TaskView } from '@souk/wire'
import { ApiError } from './api-error.ts'
import type { ControlOptions } from './options.ts'
import type { TaskFinder } from './task-finder.ts'

/** every blob that a task refers to */
function* blobsOf(view: TaskView): Generator<BlobRef> {
  const { work, inputs } = view.record.spec
  for (const file of inputs) yield file.blob
  if (work.kind === 'function' && work.module) yield work.module.blob
  if (work.kind === 'process' && work.stdin && !(work.stdin instanceof Uint8Array)) yield work.stdin
  const result = view.outcome?.result
  if (!result) return
  for (const body of [result.stdout, result.stderr, result.value]) {
    if (body && !(body instanceof Uint8Array)) yield body
  }
  for (const file of result.files) yield file.blob
}

/** Reads blobs that are kept here, and those of a task from whoever ran or keeps it. */
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
    const ref = [...blobsOf(view)].find((blob) => blob.hash === hash)
    if (!ref)
      throw new ApiError(404, 'blob-missing', `task ${task} has no blob ${hash}, and it is not kept at this peer`)
    const { outcome, bearer, record } = view
    const holders = [outcome?.host, bearer, record.origin, ...record.custodians].filter((peer) => peer !== undefined)
    return this.#options.readBlob(ref, [...new Set(holders)], signal)
  }
}
