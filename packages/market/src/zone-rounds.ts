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

/** What one auction of zoned tasks knows of the zones that it asks. */
interface ZoneRound {
  /** all hosts of each zone asked, this one included */
  zones: ReadonlyMap<string, readonly PeerId[]>
  /** hosts that the filter left out: asked only for their word, so a bid of theirs does not count */
  barred: ReadonlyMap<PeerId, Refusal>
  words: Map<PeerId, ZoneWord>
}

/** All hosts of the zones to ask, and why other hosts that could run the tasks are not asked. */
export interface ZonesToAsk {
  zones: ReadonlyMap<string, readonly PeerId[]>
  refused: Refused
}

/**
 * The asker's side of tasks tied by zone. A zone is asked as a whole, and its bids count only if every host in it has
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

  /** Zones in which some host could run it, at random, with at most zoneAskedMax hosts in all (of one zone always all). */
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

  /** Notes what the auction asks; where this host is in one of the zones it asks itself for its word first. */
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

  /** The auction with only the bids that count; of tasks that exclude each other one bid a zone, for one task. */
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

  /** The auction is decided. Returns the hosts that were asked and not chosen, whose words are to be given back. */
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
    // Neighbours hear of a new host first: one of them counts more hosts in the zone than were asked.
    if (words.some(({ hosts = 0 }) => hosts > peers.length))
      return later('not-reachable', `${nameOf(zone)} has a host of which this peer has not heard yet`)
    // The proof in `zone-claims.ts` needs all words within half of what a word lasts.
    if (now - startedMs > this.#config.zoneHoldMs / 2)
      return later('reserved', `the word of ${nameOf(zone)} is too old`)
    // If this host gave itself no word for having too many, `decideZone` says so below.
    const isOut = round.words.get(self)?.full
    if (peers.includes(self) && !isOut && !claims.has({ asker: self, lot: id }, shape, now))
      return later('reserved', `${nameOf(zone)} is promised to another for a moment`)
    return decideZone(shape, words, nameOf(zone))
  }
}

/** Hosts grouped by zone; hosts that have not said where they are belong to none. */
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

/** Soonest start first, then in time for the deadline, then by alternative, then by score. */
const inOrder = (scoring: Scoring) => (a: Bid, b: Bid) =>
  a.terms.startMs - b.terms.startMs ||
  Number(a.terms.late ?? false) - Number(b.terms.late ?? false) ||
  (a.terms.alternative ?? 0) - (b.terms.alternative ?? 0) ||
  scoring.of(a.terms).score - scoring.of(b.terms).score ||
  (a.peer < b.peer ? -1 : 1)
