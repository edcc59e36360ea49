import type { Millis, Prng } from '@souk/kernel'
import type { MessageOf, PeerId, Refusal, Shape, ZoneWord } from '@souk/wire'
import type { Auction, Bid } from './auction.ts'
import type { MarketConfig } from './config.ts'
import type { Filtered } from './filter.ts'
import { decideFit } from './fit.ts'
import type { Lot } from './lot.ts'
import { later } from './refusal.ts'
import type { Scoring } from './scoring.ts'
import type { LocalView, MembersView, ZoneMember } from './views.ts'
import type { ZoneClaims } from './zone-claims.ts'
import { decideZone, excludes, unmetInZone } from './zone-ties.ts'

type Refused = { peer: PeerId; refusal: Refusal }[]

interface ZoneRoundsParts {
  self: PeerId
  prng: Prng
  members: MembersView
  local: LocalView
  claims: ZoneClaims
}

/** One auction for tasks that are tied by zone. */
interface ZoneRound {
  /** of every zone that is asked all of its hosts, this one among them */
  zones: ReadonlyMap<string, readonly PeerId[]>
  /** who may not bid, whatever it says of its zone */
  barred: ReadonlyMap<PeerId, Refusal>
  words: Map<PeerId, ZoneWord>
}

/** Whom to ask: all hosts of some zones, and why the others are not asked. */
export interface ZonesToAsk {
  zones: ReadonlyMap<string, readonly PeerId[]>
  refused: Refused
}

/**
 * Tasks tied by zone, as their asker sees it: a zone is asked as a whole, and its bids count if every host of it has
 * answered and given its word (`zone-claims.ts`). Bound: one round for each auction under way.
 */
export class ZoneRounds {
  readonly #config: Pick<MarketConfig, 'zoneHoldMs' | 'zoneAskedMax'>
  readonly #parts: ZoneRoundsParts
  readonly #rounds = new Map<number, ZoneRound>()

  constructor(config: Pick<MarketConfig, 'zoneHoldMs' | 'zoneAskedMax'>, parts: ZoneRoundsParts) {
    this.#config = config
    this.#parts = parts
  }

  /** Zones where some host could run it, at random as many as may be asked at once. */
  choose(shape: Shape, { candidates, refused }: Filtered, now: Millis): ZonesToAsk {
    const { self, members, local, prng } = this.#parts
    const hosts = members.zones(now)
    const able = new Set(candidates.map(({ peer }) => peer))
    if (!decideFit(local.offer(), shape)) able.add(self)
    const zones = new Map<string, PeerId[]>()
    const away: Refused = []
    const unknown = hosts.find(({ zone }) => zone === undefined)
    let left = this.#config.zoneAskedMax
    for (const mates of prng.sample(zonesOf(hosts), Infinity)) {
      if (!mates.some(({ peer }) => able.has(peer))) continue
      const silent = unknown ?? mates.find(({ reachable }) => !reachable)
      const peers = mates.map(({ peer }) => peer)
      if (silent) {
        const refusal = later(
          'not-reachable',
          `what runs at ${silent.peer}, which is or may be in its zone, is not known now`,
        )
        away.push(...peers.filter((peer) => able.has(peer)).map((peer) => ({ peer, refusal })))
      } else if (zones.size === 0 || peers.length <= left) {
        zones.set(mates[0]!.zone!, peers)
        left -= peers.length
      }
    }
    const asked = new Set([...zones.values()].flat())
    return { zones, refused: [...refused.filter(({ peer }) => !asked.has(peer)), ...away] }
  }

  /** This host gives its word first, where it is in one of them. */
  begin(auction: number, lot: Lot, { zones }: ZonesToAsk, { refused }: Filtered, now: Millis): void {
    const { self, claims, local } = this.#parts
    const barred = new Map(refused.map(({ peer, refusal }) => [peer, refusal]))
    const words = new Map<PeerId, ZoneWord>()
    if ([...zones.values()].some((peers) => peers.includes(self)))
      words.set(self, claims.word({ asker: self, lot: auction }, lot.shape, local.ties(), now))
    this.#rounds.set(auction, { zones, barred, words })
  }

  note(auction: number, from: PeerId, { zone }: MessageOf<'bid' | 'noBid'>): void {
    if (zone) this.#rounds.get(auction)?.words.set(from, zone)
  }

  /** The auction as it is to be decided: without bids that do not count, and of those that exclude each other one a zone. */
  settled(auction: Auction, { shape }: Lot, scoring: Scoring, now: Millis): Auction {
    const round = this.#rounds.get(auction.id)
    if (!round) return auction
    const bids: Bid[] = []
    const refused = [...auction.refused]
    const refuse = ({ peer }: Bid, refusal: Refusal) => refused.push({ peer, refusal })
    for (const [zone, peers] of round.zones) {
      const own = auction.bids.filter(({ peer }) => peers.includes(peer))
      const words = peers.flatMap((peer) => round.words.get(peer) ?? [])
      const refusal = this.#whyNot(auction, { shape, zone, peers, words }, round, now)
      const unmet = unmetInZone(shape, words)
      const able: Bid[] = []
      for (const bid of own) {
        const why = round.barred.get(bid.peer) ?? refusal
        if (why) refuse(bid, why)
        else able.push(withUnmet(bid, unmet))
      }
      const some = excludes(shape, shape) ? able.sort(inOrder(scoring)).slice(0, 1) : able
      bids.push(...some.map((bid) => (excludes(shape, shape) ? oneOf(bid) : bid)))
      for (const bid of able.slice(some.length)) refuse(bid, later('not-apart', `one of them goes to ${nameOf(zone)}`))
    }
    return { ...auction, bids, refused }
  }

  /** It is decided: all that were asked and not chosen have their word back. */
  end({ id, asked }: Auction, chosen: ReadonlySet<PeerId>): PeerId[] {
    if (!this.#rounds.delete(id)) return []
    const { self, claims } = this.#parts
    claims.giveUp({ asker: self, lot: id })
    return [...asked].filter((peer) => !chosen.has(peer))
  }

  #whyNot(
    { id, startedMs }: Auction,
    { shape, zone, peers, words }: { shape: Shape; zone: string; peers: readonly PeerId[]; words: ZoneWord[] },
    round: ZoneRound,
    now: Millis,
  ): Refusal | undefined {
    const { self, claims } = this.#parts
    const silent = peers.find((peer) => !round.words.has(peer))
    if (silent !== undefined) return later('not-reachable', `${silent} in ${nameOf(zone)} has not answered`)
    // Who has only just come is known to its neighbours first.
    if (words.some(({ hosts = 0 }) => hosts > peers.length))
      return later('not-reachable', `${nameOf(zone)} has a host of which this peer has not heard yet`)
    // Answers that lie further apart do not make sure that two askers see each other.
    if (now - startedMs > this.#config.zoneHoldMs / 2)
      return later('reserved', `the word of ${nameOf(zone)} is too old`)
    // To whom it gave none, having too many of its own, that is said below.
    const isOut = round.words.get(self)?.full
    if (peers.includes(self) && !isOut && !claims.has({ asker: self, lot: id }, shape, now))
      return later('reserved', `${nameOf(zone)} is promised to another for a moment`)
    return decideZone(shape, words, nameOf(zone))
  }
}

/** Hosts together that are in one zone, in the order of their ids. */
function zonesOf(hosts: readonly ZoneMember[]): ZoneMember[][] {
  const zones = new Map<string, ZoneMember[]>()
  for (const host of hosts) {
    if (host.zone === undefined) continue
    const mates = zones.get(host.zone)
    if (mates) mates.push(host)
    else zones.set(host.zone, [host])
  }
  return [...zones.values()]
}

const nameOf = (zone: string): string => `zone ${zone}`
const oneOf = (bid: Bid): Bid => ({ ...bid, terms: { ...bid.terms, count: Math.min(1, bid.terms.count) } })

function withUnmet(bid: Bid, more: number): Bid {
  const unmetMilli = Math.min(1000, (bid.terms.unmetMilli ?? 0) + more)
  return unmetMilli === 0 ? bid : { ...bid, terms: { ...bid.terms, unmetMilli } }
}

/** Those that start at once, in time, with what is preferred, then by score. */
const inOrder = (scoring: Scoring) => (a: Bid, b: Bid) =>
  a.terms.startMs - b.terms.startMs ||
  Number(a.terms.late ?? false) - Number(b.terms.late ?? false) ||
  (a.terms.alternative ?? 0) - (b.terms.alternative ?? 0) ||
  scoring.of(a.terms).score - scoring.of(b.terms).score ||
  (a.peer < b.peer ? -1 : 1)
