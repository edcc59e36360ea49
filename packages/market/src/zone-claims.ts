import type { Millis } from '@souk/kernel'
import { type PeerId, type Shape, type Ties, tiesOf, type ZoneWord } from '@souk/wire'
import type { MarketConfig } from './config.ts'
import { excludes, needsAgreement, zoneWordOf } from './zone-ties.ts'

/** A word that this host has given: as far as it has a say, its zone is promised to the tasks of this auction. */
interface Claim {
  readonly asker: PeerId
  /** number of the asker's auction */
  readonly lot: number
  readonly ties: Ties
  readonly sinceMs: Millis
  untilMs: Millis
}

/** words that a host has given at once, to all askers; more get none */
const claimsMax = 1_024

type ZoneConfig = Pick<MarketConfig, 'zoneHoldMs' | 'zoneClaimsPerAskerMax'>

/** zoneHoldMs that a word lasts while custodians are asked for leave to begin, which ends with the lease at the latest (guess) */
const leaveHolds = 5

/**
 * One host's say in which tasks come into its zone. An asker that wants to place tasks there which others may have to be kept
 * apart from asks all hosts of the zone for their word. A host gives its word for `zoneHoldMs`, to only one of several askers
 * whose tasks exclude each other, and takes such a task only while its own word for it stands.
 *
 * Why two tasks that exclude each other never meet, without a common clock: say host a took a task of asker A, host b one of
 * asker B. Each asker had the words of both hosts, all within `zoneHoldMs / 2` of asking. From its word to A until A's task is
 * there, a gives B none; so a's word to B was older, and had run out before a gave its word to A. Likewise b's word to A had
 * run out before b gave its word to B. Then A's two words, or B's two, are further apart than an asker may wait.
 *
 * Bound: claimsMax, for one asker zoneClaimsPerAskerMax, so that no asker keeps all others out. Each word ends by itself (I7).
 */
export class ZoneClaims {
  readonly #config: ZoneConfig
  readonly #claims = new Map<string, Claim>()

  constructor(config: ZoneConfig) {
    this.#config = config
  }

  /** This host's answer to an auction that asks its zone; `present`: ties of what runs, waits or is about to come here. */
  word(from: { asker: PeerId; lot: number }, shape: Ties, present: readonly Ties[], now: Millis): ZoneWord {
    const word = zoneWordOf(present, shape)
    if (!needsAgreement(shape)) return word
    const key = keyOf(from)
    const known = this.#live(now)
    // A second question with one number is a late copy or from a later life of the asker: the first word is not renewed.
    const inTheWay = this.#claims.has(key) || known.some((claim) => excludes(claim.ties, shape))
    if (inTheWay) return { ...word, held: true }
    const own = known.filter(({ asker }) => asker === from.asker).length
    if (known.length >= claimsMax || own >= this.#config.zoneClaimsPerAskerMax) return { ...word, full: true }
    const untilMs = now + this.#config.zoneHoldMs
    this.#claims.set(key, { ...from, ties: tiesOf(shape) ?? {}, sinceMs: now, untilMs })
    return word
  }

  /** Whether this host's word to this auction still stands. */
  has(from: { asker: PeerId; lot: number }, shape: Ties, now: Millis): boolean {
    if (!needsAgreement(shape)) return true
    return (this.#claims.get(keyOf(from))?.untilMs ?? 0) > now
  }

  /** Whether a baton may be taken: the bid that it was awarded for came with a word that still stands. */
  admits({ path, offeredMs }: Offered, shape: Shape, now: Millis): boolean {
    return !needsAgreement(shape) || this.#find({ path, offeredMs }, shape, now) !== undefined
  }

  /**
   * A baton came by this word. The task is here from now on or was refused, so the word ends; `isAwaited`: custodians are
   * asked for leave first, and the word lasts for as long as that may take.
   */
  arrived(offered: Offered, shape: Shape, isAwaited: boolean, now: Millis): void {
    const claim = this.#find(offered, shape, now)
    if (!claim) return
    if (isAwaited) claim.untilMs = now + leaveHolds * this.#config.zoneHoldMs
    // Tasks that do not exclude each other may come several by one word: it then runs out by itself.
    else if (excludes(claim.ties, claim.ties)) this.#claims.delete(keyOf(claim))
  }

  /** The auction is over and chose another host: the word ends. */
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

  /** The words that still stand; those that have run out are forgotten. */
  #live(now: Millis): Claim[] {
    for (const [key, { untilMs }] of this.#claims) if (untilMs <= now) this.#claims.delete(key)
    return [...this.#claims.values()]
  }
}

/** How a baton names the bid it was awarded for: its bearers so far, and when the bid was made. */
interface Offered {
  path: readonly PeerId[]
  offeredMs: Millis
}

const keyOf = ({ asker, lot }: { asker: PeerId; lot: number }): string => `${lot} ${asker}`
