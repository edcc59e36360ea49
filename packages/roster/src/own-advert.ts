import type { Millis } from '@souk/kernel'
import type { Advert, DemandDigest, Offer } from '@souk/wire'
import type { RosterConfig } from './config.ts'
import type { RosterEffect } from './effects.ts'
import { sameData } from './equality.ts'
import type { RosterInput } from './inputs.ts'
import type { MemberTable } from './member-table.ts'

/** Inputs that change what this peer says of itself. */
export type OwnChange = Extract<RosterInput, { type: 'offer' | 'addresses' | 'drain' | 'demand' }>

/**
 * The advert of this peer. A change is in `current` at once, and is published at most once per `advertMsMin`; without changes
 * a heartbeat is. Each has a seq of its own: gossip does not pass on what it has passed on before.
 */
export class OwnAdvert {
  readonly #config: RosterConfig
  readonly #table: MemberTable
  #current: Advert
  #offer: Offer
  #draining = false
  #demand: DemandDigest | undefined
  #publishedMs: Millis | undefined
  #changed = true
  #stopped = false

  constructor(
    config: RosterConfig,
    table: MemberTable,
    facts: Pick<Advert, 'peer' | 'incarnation' | 'proof' | 'offer' | 'certificate' | 'addresses'>,
  ) {
    this.#config = config
    this.#table = table
    this.#offer = facts.offer
    this.#current = { ...facts, seq: 1, signature: new Uint8Array(0) }
  }

  get current(): Advert {
    return this.#current
  }

  on(change: OwnChange): void {
    switch (change.type) {
      case 'offer':
        this.#setOffer(change.offer)
        break
      case 'addresses':
        if (!sameData(change.addresses, this.#current.addresses)) this.#change({ addresses: change.addresses })
        break
      case 'drain':
        this.#setDraining(change.on)
        break
      case 'demand':
        // Demand changes all the time, and nothing waits for it: it goes along with the next advert.
        this.#demand = change.demand.classes.length === 0 ? undefined : change.demand
        break
    }
  }

  #setOffer(offer: Offer): void {
    this.#offer = offer
    const effective = this.#effectiveOffer()
    if (!sameData(effective, this.#current.offer)) this.#change({ offer: effective })
  }

  /** Draining stays on whatever later offers say, until it is switched off. */
  #setDraining(on: boolean): void {
    if (on === this.#draining) return
    this.#draining = on
    this.#change({ offer: this.#effectiveOffer() })
  }

  stop(): void {
    this.#stopped = true
  }

  nextWakeup(): Millis | undefined {
    if (this.#stopped) return undefined
    if (this.#publishedMs === undefined) return Number.NEGATIVE_INFINITY
    return this.#publishedMs + (this.#changed ? this.#config.advertMsMin : this.heartbeatMs)
  }

  /** Publishes the advert if that is due; also called after every change. */
  wake(now: Millis, out: RosterEffect[]): void {
    const due = this.nextWakeup()
    if (due === undefined || due > now) return
    if (!this.#changed) this.#change({})
    this.#changed = false
    this.#publishedMs = now
    out.push({ type: 'publish', advert: this.#current })
  }

  /** Grows with the mesh, so that all adverts together cost each peer the same. */
  get heartbeatMs(): Millis {
    const { heartbeatMsMin, advertBytes, advertBytesPerSecond } = this.#config
    return Math.max(heartbeatMsMin, (this.#table.live * advertBytes * 1000) / advertBytesPerSecond)
  }

  /** Every change has its own seq: one (incarnation, seq) means one content everywhere (I10). */
  #change(part: Partial<Pick<Advert, 'offer' | 'addresses'>>): void {
    const { demand: _, ...before } = this.#current
    const demand = this.#demand === undefined ? {} : { demand: this.#demand }
    this.#current = { ...before, ...part, ...demand, seq: before.seq + 1, signature: new Uint8Array(0) }
    this.#changed = true
  }

  #effectiveOffer(): Offer {
    return this.#draining ? { ...this.#offer, draining: true } : this.#offer
  }
}
