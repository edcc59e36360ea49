import type { Millis } from '@souk/kernel'
import type { Refusal, Ties } from '@souk/wire'
import { decideZone, excludes, isZoned, unmetInZone, zoneWordOf } from '../zone-ties.ts'
import type { Stay } from './occupancy.ts'

/** Zoned tasks that are or would be in one zone, and so when ties by zone let one more come. */
export class ZoneStays {
  readonly #name: string
  readonly #stays: Stay[] = []

  constructor(name: string) {
    this.#name = name
  }

  /** Number of stays: when it rises, start times of zoned tasks are looked at anew. */
  get size(): number {
    return this.#stays.length
  }

  /** Returns a function that removes all stays added after this call. */
  mark(): () => void {
    const { length } = this.#stays
    return () => {
      this.#stays.length = length
    }
  }

  add(stay: Stay): void {
    if (isZoned(stay.ties)) this.#stays.push(stay)
  }

  /** Like `Occupancy.again`. undefined: the task may come; else the next time worth a look; Infinity: never, as planned. */
  again(ties: Ties, startMs: Millis, runMs: Millis): Millis | undefined {
    if (!isZoned(ties)) return undefined
    const inTheWay = this.#stays.filter((stay) => {
      return stay.startMs < startMs + runMs && stay.endMs > startMs && excludes(stay.ties, ties)
    })
    if (inTheWay.length > 0) return Math.min(...inTheWay.map(({ endMs }) => endMs))
    const { near = [] } = ties
    const missing = near.filter((tie) => this.#missing(this.#at(startMs), { near: [tie] }))
    if (missing.length === 0) return undefined
    const come = missing.map(({ group }) => {
      const later = this.#stays.filter((stay) => stay.ties.group === group && stay.startMs > startMs)
      return Math.min(...later.map((stay) => stay.startMs))
    })
    return Math.max(...come)
  }

  /** The refusal if a task that this one must be near never comes into the zone. */
  whyNever({ near = [] }: Ties): Refusal | undefined {
    const ever = this.#stays.map(({ ties }) => ties)
    return this.#missing(ever, { near })
  }

  unmetMilli(ties: Ties, atMs: Millis): number {
    return isZoned(ties) ? unmetInZone(ties, [zoneWordOf(this.#at(atMs), ties)]) : 0
  }

  #missing(present: readonly Ties[], ties: Ties): Refusal | undefined {
    return decideZone(ties, [zoneWordOf(present, ties)], `zone ${this.#name}`)
  }

  #at(atMs: Millis): Ties[] {
    return this.#stays.filter(({ startMs, endMs }) => startMs <= atMs && endMs > atMs).map(({ ties }) => ties)
  }
}
