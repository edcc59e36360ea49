import { Deadlines, type Millis } from '@souk/kernel'
import type { Ask, DeskMessage } from './desk-io.ts'

/** Questions of local clients under way, each with the deadline of its next step. The desk keeps their number to asksMax. */
export class Asks {
  readonly #asksMax: number
  readonly #asks = new Map<number, Ask>()
  readonly #deadlines = new Deadlines<number>()
  #next = 1

  constructor(asksMax: number) {
    this.#asksMax = asksMax
  }

  get size(): number {
    return this.#asks.size
  }

  get full(): boolean {
    return this.#asks.size >= this.#asksMax
  }

  get(id: number): Ask | undefined {
    return this.#asks.get(id)
  }

  all(): Iterable<[number, Ask]> {
    return this.#asks
  }

  /** Returns the number by which answers name the question. */
  add(ask: Ask, deadlineMs: Millis): number {
    const id = this.#next++
    this.#asks.set(id, ask)
    this.wait(id, deadlineMs)
    return id
  }

  wait(id: number, deadlineMs: Millis): void {
    this.#deadlines.set(id, deadlineMs)
  }

  end(id: number): void {
    this.#asks.delete(id)
    this.#deadlines.delete(id)
  }

  nextWakeup(): Millis | undefined {
    return this.#deadlines.next()
  }

  /** Removes and returns the next question whose deadline has passed. */
  popDue(now: Millis): number | undefined {
    return this.#deadlines.popDue(now)
  }
}

/**
 * Whether an answer is about another task than the question. Questions are numbered anew in every life of the peer, so a late
 * answer to one of an earlier life may carry the number of a present one.
 */
export function isOfAnother(ask: Ask, message: Exclude<DeskMessage, { t: 'moved' }>): boolean {
  return message.t !== 'listed' && ask.kind !== 'list' && message.task !== ask.task
}
