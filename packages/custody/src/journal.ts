import { BoundedQueue, invariant } from '@souk/kernel'

/** Writes that were handed to the disk and that it has not answered; it answers them in order, by a watermark (`upToSeq`). */
export class Journal<Pending> {
  readonly #pending: BoundedQueue<{ seq: number; pending: Pending }>
  #seq = 0

  constructor(limit: number) {
    this.#pending = new BoundedQueue(limit)
  }

  get full(): boolean {
    return this.#pending.full
  }

  /** The seq to persist under; `settle` gives `pending` back once the disk took or refused that write. */
  next(pending: Pending): number {
    this.#seq++
    invariant(this.#pending.push({ seq: this.#seq, pending }), 'more writes wait for the disk than there are tasks')
    return this.#seq
  }

  /** Takes out everything up to `upToSeq`, in order. */
  *settle(upToSeq: number): Generator<Pending> {
    for (let first = this.#pending.peek(); first && first.seq <= upToSeq; first = this.#pending.peek()) {
      this.#pending.shift()
      yield first.pending
    }
  }
}
