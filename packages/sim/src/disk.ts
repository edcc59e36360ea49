import type { Prng } from '@souk/kernel'
import type { PeerInput, StoredEntry, Write } from '@souk/peer'
import { copyPlain } from './plain-copy.ts'

/** One order to write, as the machine gave it. */
interface Pending {
  seq: number
  writes: Write[]
}

type Answer = Extract<PeerInput, { type: 'persisted' } | { type: 'persistFailed' }>

/**
 * One node's store. Writes wait behind the flush under way and then go together (group commit); a crash loses
 * what waits, and what was being flushed is then there as a whole or not at all, as with an lmdb transaction.
 */
export class Disk {
  readonly #entries = new Map<string, unknown>()
  #waiting: Pending[] = []
  #flushing: Pending[] = []
  /** nothing can be written while this holds */
  full = false

  persist(seq: number, writes: readonly Write[]): void {
    this.#waiting.push({ seq, writes: writes.map(({ key, value }) => ({ key, value: copyPlain(value) })) })
  }

  /** Starts a flush of everything that waits; false when there is nothing to do or one is under way. */
  begin(): boolean {
    if (this.#flushing.length > 0 || this.#waiting.length === 0) return false
    this.#flushing = this.#waiting
    this.#waiting = []
    return true
  }

  /** Ends the flush under way; the answer for the machine. */
  finish(): Answer {
    const batch = this.#flushing
    this.#flushing = []
    const fromSeq = batch[0]!.seq
    const upToSeq = batch.at(-1)!.seq
    if (this.full) {
      return { type: 'persistFailed', fromSeq, upToSeq, code: 'disk-full', message: 'the simulated disk is full' }
    }
    this.#apply(batch)
    return { type: 'persisted', upToSeq }
  }

  /** Power is gone: unanswered writes are lost, save that a flush under way may have just made it. */
  crash(prng: Prng): void {
    if (!this.full && prng.chance(0.5)) this.#apply(this.#flushing)
    this.#flushing = []
    this.#waiting = []
  }

  /** What a starting peer finds, sorted by key. */
  entries(): StoredEntry[] {
    return [...this.#entries.keys()].sort().map((key) => ({ key, value: copyPlain(this.#entries.get(key)) }))
  }

  #apply(batch: readonly Pending[]): void {
    for (const { writes } of batch) {
      for (const { key, value } of writes) {
        if (value === undefined) this.#entries.delete(key)
        else this.#entries.set(key, value)
      }
    }
  }
}
