import type { MessageOf, TaskSpec } from '@souk/wire'
import { Bidder, type BidderEffect, type BidderInput, defaultMarketConfig, Packing, ZoneClaims } from '../src/index.ts'
import { Loads, Local, Members, offer, only, prng, shape } from './fixtures.ts'

/** A bidder with its clock, its host, and the tasks that wait with other bearers. */
export class Booth {
  readonly members = new Members()
  readonly loads = new Loads()
  readonly local: Local
  readonly bidder: Bidder
  waiting: { peer: string; waiting: number }[] = []
  now = 0

  constructor(host = offer()) {
    const { members, loads } = this
    this.local = new Local(host)
    const bearers = { waiting: () => this.waiting }
    const packing = new Packing(defaultMarketConfig, this.local)
    this.bidder = new Bidder(defaultMarketConfig, {
      ...{ prng: prng(), members, local: this.local, bearers, loads, packing },
      claims: new ZoneClaims(defaultMarketConfig),
    })
  }

  step(input: BidderInput): BidderEffect[] {
    const out: BidderEffect[] = []
    this.bidder.step(input, this.now, out)
    return out
  }

  quote(over: Partial<TaskSpec> = {}, count = 9, more: Partial<MessageOf<'quote'>> = {}) {
    const message = {
      t: 'quote' as const,
      lot: 5,
      shape: shape(over),
      count,
      priority: 'medium' as const,
      expectedMs: 0,
      expectedMsP90: 0,
      ...more,
    }
    return only(this.step({ type: 'asked', from: 'asker', message }), 'send')[0]
  }

  /** So many tasks wait with these bearers; returns the WANTED that it sends. */
  see(waiting: Record<string, number>) {
    this.waiting = Object.entries(waiting).map(([peer, n]) => ({ peer, waiting: n }))
    return this.wants(this.step({ type: 'changed' }))
  }

  given(from: string, count: number, want = 1) {
    return this.wants(this.step({ type: 'given', from, message: { t: 'given', want, count, waiting: 9 } }))
  }

  pass(ms: number) {
    const until = this.now + ms
    const out: BidderEffect[] = []
    for (let due = this.bidder.nextWakeup(); due !== undefined && due <= until; due = this.bidder.nextWakeup()) {
      this.now = Math.max(this.now, due)
      out.push(...this.step({ type: 'wake' }))
    }
    this.now = until
    return this.wants(out)
  }

  wants(effects: BidderEffect[]) {
    return only(effects, 'send').flatMap(({ to, message }) => (message.t === 'wanted' ? [{ to, ...message }] : []))
  }
}
