import { Deadlines, type Millis } from '@souk/kernel'
import type { Ask, DeskMessage } from './desk-io.ts'

/** Questions of local clients that are not at their end, each with the time until which it waits. At most asksMax. */
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

  /** By this number its answers are known. */
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

  /** The next one that has waited long enough. */
  popDue(now: Millis): number | undefined {
    return this.#deadlines.popDue(now)
  }
}

/**
 * About another task than was asked: asks are numbered anew in every life, and whoever an earlier one asked to watch,
 * cancel or relay a task may answer that yet, under a number that is another question's by now.
 */
export function isOfAnother(ask: Ask, message: Exclude<DeskMessage, { t: 'moved' }>): boolean {
  return message.t !== 'listed' && ask.kind !== 'list' && message.task !== ask.task
}
