import type { Millis } from '@souk/kernel'
import type { Refusal, Ties } from '@souk/wire'
import { decideZone, excludes, isZoned, unmetInZone, zoneWordOf } from '../zone-ties.ts'
import type { Stay } from './occupancy.ts'

/** What is or would be in one zone and is seen by all of it, and so when its ties let one more come. */
export class ZoneStays {
  readonly #name: string
  readonly #stays: Stay[] = []

  constructor(name: string) {
    this.#name = name
  }

  /** How many were put in: with more it is looked at anew. */
  get size(): number {
    return this.#stays.length
  }

  /** What is in it now; called, no more is. */
  mark(): () => void {
    const { length } = this.#stays
    return () => {
      this.#stays.length = length
    }
  }

  add(stay: Stay): void {
    if (isZoned(stay.ties)) this.#stays.push(stay)
  }

  /** As that of a host: undefined: it may come; else when to look again; Infinity: never, as it is planned. */
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

  /** Why none ever comes that it must be near. */
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
