import type { Millis } from '@souk/kernel'
import { type PeerId, type Shape, type Ties, tiesOf, type ZoneWord } from '@souk/wire'
import type { MarketConfig } from './config.ts'
import { excludes, needsAgreement, zoneWordOf } from './zone-ties.ts'

/** A zone that this host is in is promised to an asker's tasks, as far as this host has a say. */
interface Claim {
  readonly asker: PeerId
  /** of the asker */
  readonly lot: number
  readonly ties: Ties
  readonly sinceMs: Millis
  untilMs: Millis
}

/** of the askers and lots for which a host has given its word at once; more get none */
const claimsMax = 1_024

type ZoneConfig = Pick<MarketConfig, 'zoneHoldMs' | 'zoneClaimsPerAskerMax'>

/** so many times as long is a word kept while custodians are asked for leave, which ends with the lease at the latest (guess) */
const leaveHolds = 5

/**
 * One host's say in who comes into its zone. Whoever wants tasks there that others may have to be kept apart from asks all
 * hosts of the zone. Each gives its word to one of those that exclude each other, for `zoneHoldMs`, and a host takes such a
 * task only while it holds its own word for it.
 *
 * Why no two that exclude each other come together, without a common clock: say A's is taken by host a, B's by host b. Each
 * asker had the word of both, all within `zoneHoldMs / 2` of asking. Host a gives B no word from the one it gave to A until
 * the task is there; so it gave it before, and that had run out when A asked. So did b's word to A when B asked. Then A's two
 * answers and B's two lie further apart in time than both askers may wait.
 *
 * Bound: claimsMax, of one asker zoneClaimsPerAskerMax: nobody who asks and asks keeps all others out. Each ends by itself (I7).
 */
export class ZoneClaims {
  readonly #config: ZoneConfig
  readonly #claims = new Map<string, Claim>()

  constructor(config: ZoneConfig) {
    this.#config = config
  }

  /** What this host answers to who asks for a zone; `present`: what runs, waits or is about to come here. */
  word(from: { asker: PeerId; lot: number }, shape: Ties, present: readonly Ties[], now: Millis): ZoneWord {
    const word = zoneWordOf(present, shape)
    if (!needsAgreement(shape)) return word
    const key = keyOf(from)
    const known = this.#live(now)
    // Nobody asks twice with one number, but for a late copy or a later life of the asker.
    const inTheWay = this.#claims.has(key) || known.some((claim) => excludes(claim.ties, shape))
    if (inTheWay) return { ...word, held: true }
    const own = known.filter(({ asker }) => asker === from.asker).length
    if (known.length >= claimsMax || own >= this.#config.zoneClaimsPerAskerMax) return { ...word, full: true }
    const untilMs = now + this.#config.zoneHoldMs
    this.#claims.set(key, { ...from, ties: tiesOf(shape) ?? {}, sinceMs: now, untilMs })
    return word
  }

  /** Whether this asker's tasks still have this host's word. */
  has(from: { asker: PeerId; lot: number }, shape: Ties, now: Millis): boolean {
    if (!needsAgreement(shape)) return true
    return (this.#claims.get(keyOf(from))?.untilMs ?? 0) > now
  }

  /** Whether a task may be taken that one of these askers awarded by what this host offered at that time. */
  admits({ path, offeredMs }: Offered, shape: Shape, now: Millis): boolean {
    return !needsAgreement(shape) || this.#find({ path, offeredMs }, shape, now) !== undefined
  }

  /**
   * It has come: among what is here from now on, or refused, so that the word for it is no longer needed; `isAwaited`: its
   * custodians are asked for leave first, and the word stands for as long as that may take.
   */
  arrived(offered: Offered, shape: Shape, isAwaited: boolean, now: Millis): void {
    const claim = this.#find(offered, shape, now)
    if (!claim) return
    if (isAwaited) claim.untilMs = now + leaveHolds * this.#config.zoneHoldMs
    // Of others several may come by one word.
    else if (excludes(claim.ties, claim.ties)) this.#claims.delete(keyOf(claim))
  }

  /** That auction is over, and this host was not chosen. */
  giveUp(from: { asker: PeerId; lot: number }): void {
    this.#claims.delete(keyOf(from))
  }

  snapshot() {
    return [...this.#claims.values()].map(({ asker, lot, untilMs }) => ({ asker, lot, untilMs }))
  }

  #find({ path, offeredMs }: Offered, shape: Shape, now: Millis): Claim | undefined {
    const ties = JSON.stringify(tiesOf(shape))
    return this.#live(now).find(({ asker, sinceMs, ...claim }) => {
      return path.includes(asker) && Math.floor(sinceMs) === offeredMs && JSON.stringify(claim.ties) === ties
    })
  }

  /** Without those that have run out, which are forgotten. */
  #live(now: Millis): Claim[] {
    for (const [key, { untilMs }] of this.#claims) if (untilMs <= now) this.#claims.delete(key)
    return [...this.#claims.values()]
  }
}

/** As a baton brings it back. */
interface Offered {
  path: readonly PeerId[]
  offeredMs: Millis
}

const keyOf = ({ asker, lot }: { asker: PeerId; lot: number }): string => `${lot} ${asker}`
