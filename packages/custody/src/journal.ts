import { BoundedQueue, invariant } from '@souk/kernel'

/** What was handed to the disk and waits for its watermark, first in, first out. */
export class Journal<Pending> {
  readonly #pending: BoundedQueue<{ seq: number; pending: Pending }>
  #seq = 0

  constructor(limit: number) {
    this.#pending = new BoundedQueue(limit)
  }

  get full(): boolean {
    return this.#pending.full
  }

  /** The seq to persist under; `pending` comes back when it is on disk or was refused. */
  next(pending: Pending): number {
    this.#seq++
    invariant(this.#pending.push({ seq: this.#seq, pending }), 'more writes wait for the disk than there are tasks')
    return this.#seq
  }

  /** Everything up to `upToSeq`, in order. */
  *settle(upToSeq: number): Generator<Pending> {
    for (let first = this.#pending.peek(); first && first.seq <= upToSeq; first = this.#pending.peek()) {
      this.#pending.shift()
      yield first.pending
    }
  }
}
