import type { BlobAccess } from '@souk/runtime'
import type { PeerId, ProcessWork } from '@souk/wire'
import type { GuardianClient } from './guardian-client.ts'
import { messageOf } from './run-result.ts'

/** Brings a command its standard input. */
export class StdinFeed {
  /** why it could not be read to its end */
  error: string | undefined
  readonly #blobs: BlobAccess
  readonly #from: PeerId[]
  readonly #signal: AbortSignal

  constructor(blobs: BlobAccess, from: PeerId[], signal: AbortSignal) {
    this.#blobs = blobs
    this.#from = from
    this.#signal = signal
  }

  /** Never rejects. */
  async bring(guardian: GuardianClient, number: number, stdin: ProcessWork['stdin']): Promise<void> {
    if (stdin === undefined) return
    if (stdin instanceof Uint8Array) return await guardian.feed(number, [stdin])
    try {
      await guardian.feed(number, this.#blobs.read(stdin, this.#from, this.#signal))
    } catch (error) {
      // Half an input must not look like a whole one.
      this.error = `stdin could not be read: ${messageOf(error)}`
      guardian.kill(number, 0)
    }
  }
}
