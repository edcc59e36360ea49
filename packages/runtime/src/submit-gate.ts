import type { PeerInput, Reply, Submission } from '@souk/peer'
import { type BlobRef, type PeerId, specBlobs } from '@souk/wire'
import type { PeerBlobs } from './blob-access.ts'
import type { BlobStore, Clock } from './ports.ts'

export type SubmitInput = Extract<PeerInput, { type: 'submit' }>

/** Whoever submitted is told after this that its input is still under way, well before it gives the peer up. */
const patienceMs = 8_000
/** submits that wait for their input to be copied; more are refused */
const heldMax = 10_000
/** blobs of one task that are looked at side by side */
const sideBySide = 8

export interface SubmitGateOptions {
  self: PeerId
  clock: Clock
  blobs: BlobStore
  access: PeerBlobs
  /** who would keep this task; undefined: it would be refused */
  custodiansOf(submission: Submission): readonly PeerId[] | undefined
  /** takes what may be submitted now */
  pass(submit: SubmitInput): void
  /** answers for what may not */
  refuse(client: number, reply: Extract<Reply, { type: 'refused' }>): void
}

/**
 * Holds a submit back until a majority of the task's custodians has the blobs that it reads, so that what is accepted
 * survives its origin with its input and not only as a record (G1). A submit without blobs passes at once.
 */
export class SubmitGate {
  readonly #options: SubmitGateOptions
  readonly #stopping = new AbortController()
  #held = 0

  constructor(options: SubmitGateOptions) {
    this.#options = options
  }

  stop(): void {
    this.#stopping.abort()
  }

  /** What of it may be submitted at once, if anything; the rest is passed later, or refused. */
  take(submit: SubmitInput): SubmitInput | undefined {
    const tasks = submit.tasks.filter((task) => {
      const blobs = specBlobs(task.spec)
      return blobs.length === 0 || this.#takeWithBlobs(submit.client, task, blobs)
    })
    if (tasks.length === submit.tasks.length) return submit
    return tasks.length === 0 ? undefined : { ...submit, tasks }
  }

  #takeWithBlobs(client: number, task: Submission, all: BlobRef[]): boolean {
    const { access, self } = this.#options
    const custodians = this.#options.custodiansOf(task)
    if (!custodians || custodians.every((peer) => peer === self)) return true
    const need = Math.floor(custodians.length / 2) + 1
    const blobs = [...new Map(all.map((blob) => [blob.hash, blob])).values()].filter(
      (blob) => custodians.filter((peer) => access.knownAt(peer, blob)).length < need,
    )
    if (blobs.length === 0) return true
    void this.#hold(client, task, { blobs, custodians, need })
    return false
  }

  async #hold(
    client: number,
    task: Submission,
    { blobs, custodians, need }: { blobs: BlobRef[]; custodians: readonly PeerId[]; need: number },
  ): Promise<void> {
    const { pass, refuse } = this.#options
    const { tag } = task
    if (this.#held >= heldMax) {
      const message = `${heldMax} submits wait here until their input files are with their custodians; submit it again in a second`
      return refuse(client, { type: 'refused', tag, code: 'too-many-tasks', message })
    }
    this.#held++
    const lacking = await this.#inTime(this.#secure(blobs, custodians, need))
    this.#held--
    if (this.#stopping.signal.aborted) return
    if (lacking === 'late') {
      const message = 'its input files are still on their way to its custodians; submit it again with the same key'
      refuse(client, { type: 'refused', tag, code: 'inputs-moving', message })
    } else if (lacking) {
      const { hash, sizeBytes } = lacking
      const message = `fewer than ${need} of this task's ${custodians.length} custodians (${custodians.join(', ')}) have taken its input ${hash} (${sizeBytes} bytes); is it here, and are they there? Or ask for --durability local`
      refuse(client, { type: 'refused', tag, code: 'inputs-not-kept', message })
    } else pass({ type: 'submit', client, tasks: [task] })
  }

  /** The first blob that too few have taken; undefined: all is well. */
  async #secure(blobs: BlobRef[], custodians: readonly PeerId[], need: number): Promise<BlobRef | undefined> {
    const { self, access } = this.#options
    const others = custodians.filter((peer) => peer !== self)
    const waiting = [...blobs]
    let lacking: BlobRef | undefined
    const work = async () => {
      for (let blob = waiting.pop(); blob && !lacking; blob = waiting.pop()) {
        const own = custodians.includes(self) && (await this.#options.blobs.has(blob.hash)) ? 1 : 0
        if (own > 0) access.note(self, blob)
        const given = await access.give(blob, others, need - own, this.#stopping.signal)
        if (own + given < need) lacking ??= blob
      }
    }
    await Promise.all(Array.from({ length: Math.min(sideBySide, blobs.length) }, work))
    return lacking
  }

  async #inTime(securing: Promise<BlobRef | undefined>): Promise<BlobRef | 'late' | undefined> {
    let cancel = () => {}
    const late = new Promise<'late'>((resolve) => {
      cancel = this.#options.clock.after(patienceMs, () => resolve('late'))
    })
    return Promise.race([securing, late]).finally(cancel)
  }
}
