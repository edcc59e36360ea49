import type { Millis } from '@souk/kernel'
import type { Advert, Offer } from '@souk/wire'
import type { RosterConfig } from './config.ts'
import type { RosterEffect } from './effects.ts'
import { sameData } from './equality.ts'
import type { MemberTable } from './member-table.ts'

/**
 * What this peer says of itself. A change is seen here at once and travels at most once per `advertMsMin`; the
 * heartbeat has a seq of its own, since gossip does not pass on what it has passed on before.
 */
export class OwnAdvert {
  readonly #config: RosterConfig
  readonly #table: MemberTable
  #current: Advert
  #offer: Offer
  #draining = false
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

  setOffer(offer: Offer): void {
    this.#offer = offer
    const effective = this.#effectiveOffer()
    if (!sameData(effective, this.#current.offer)) this.#change({ offer: effective })
  }

  /** Holds whatever later offers say, until it is switched off. */
  setDraining(on: boolean): void {
    if (on === this.#draining) return
    this.#draining = on
    this.#change({ offer: this.#effectiveOffer() })
  }

  setAddresses(addresses: string[]): void {
    if (!sameData(addresses, this.#current.addresses)) this.#change({ addresses })
  }

  stop(): void {
    this.#stopped = true
  }

  nextWakeup(): Millis | undefined {
    if (this.#stopped) return undefined
    if (this.#publishedMs === undefined) return Number.NEGATIVE_INFINITY
    return this.#publishedMs + (this.#changed ? this.#config.advertMsMin : this.heartbeatMs)
  }

  /** Publishes what is due; call after every change too. */
  wake(now: Millis, out: RosterEffect[]): void {
    const due = this.nextWakeup()
    if (due === undefined || due > now) return
    if (!this.#changed) this.#change({})
    this.#changed = false
    this.#publishedMs = now
    out.push({ type: 'publish', advert: this.#current })
  }

  /** Grows with the mesh, so that what adverts cost each peer does not. */
  get heartbeatMs(): Millis {
    const { heartbeatMsMin, advertBytes, advertBytesPerSecond } = this.#config
    return Math.max(heartbeatMsMin, (this.#table.live * advertBytes * 1000) / advertBytesPerSecond)
  }

  /** Every change has its own seq: one (incarnation, seq) means one content everywhere (I10). */
  #change(part: Partial<Pick<Advert, 'offer' | 'addresses'>>): void {
    this.#current = { ...this.#current, ...part, seq: this.#current.seq + 1, signature: new Uint8Array(0) }
    this.#changed = true
  }

  #effectiveOffer(): Offer {
    return this.#draining ? { ...this.#offer, draining: true } : this.#offer
  }
}
