import { BoundedQueue, type Millis } from '@souk/kernel'
import type { SubmitInput } from './submitter-io.ts'

interface Queued {
  submit: SubmitInput
  sinceMs: Millis
}

/** Submits that wait for their turn to be stored, in the order in which they came. Nothing has happened for them yet. */
export class QueuedSubmits {
  readonly #waitMsMax: Millis
  readonly #max: number
  #queue: BoundedQueue<Queued>
  /** how many submits each client has in the queue */
  readonly #clients = new Map<number, number>()

  constructor(max: number, waitMsMax: Millis) {
    this.#max = max
    this.#waitMsMax = waitMsMax
    this.#queue = new BoundedQueue(max)
  }

  get size(): number {
    return this.#queue.size
  }

  /** False where there is no room. */
  push(submit: SubmitInput, now: Millis): boolean {
    const { client } = submit
    if (!this.#queue.push({ submit, sinceMs: now })) return false
    this.#clients.set(client, (this.#clients.get(client) ?? 0) + 1)
    return true
  }

  shift(): SubmitInput | undefined {
    const submit = this.#queue.shift()?.submit
    if (submit) this.#left(submit.client)
    return submit
  }

  /** Takes out the first one, if it has waited for too long. */
  shiftOverdue(now: Millis): SubmitInput | undefined {
    const due = this.nextDueMs()
    return due !== undefined && due <= now ? this.shift() : undefined
  }

  nextDueMs(): Millis | undefined {
    const first = this.#queue.peek()
    return first && first.sinceMs + this.#waitMsMax
  }

  /** A client has gone: its submits are taken out. */
  onGone(client: number): void {
    if (!this.#clients.delete(client)) return
    const staying = new BoundedQueue<Queued>(this.#max)
    for (let next = this.#queue.shift(); next; next = this.#queue.shift())
      if (next.submit.client !== client) staying.push(next)
    this.#queue = staying
  }

  #left(client: number): void {
    const count = (this.#clients.get(client) ?? 0) - 1
    if (count > 0) this.#clients.set(client, count)
    else this.#clients.delete(client)
  }
}
