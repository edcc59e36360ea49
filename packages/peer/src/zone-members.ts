import type { Millis } from '@souk/kernel'
import type { ZoneMember } from '@souk/market'
import type { Member, Roster } from '@souk/roster'
import type { Offer, PeerId } from '@souk/wire'

/** The label by which hosts say what fails together with them. */
export const zoneLabel = 'zone'

/** What a host ran that is taken for dead may go on for its leases (3.3 s), and until its guardian has stopped it (guess). */
const goneMsMin = 5_000

/** Hosts by their zones, with those that are gone until nothing of theirs can be running any more. */
export class ZoneMembers {
  readonly #self: PeerId
  readonly #roster: Pick<Roster, 'members' | 'version'>
  readonly #offer: () => Offer

  constructor(self: PeerId, roster: Pick<Roster, 'members' | 'version'>, offer: () => Offer) {
    this.#self = self
    this.#roster = roster
    this.#offer = offer
  }

  at(now: Millis): ZoneMember[] {
    return this.#roster.members().flatMap((member) => {
      const { peer, role, reachable } = member
      if (role !== 'host' && role !== 'admin') return []
      if (peer === this.#self) return [{ peer, zone: this.#own, reachable: true }]
      const zone = zoneOf(member)
      return mayRunThings(member, zone, now) ? [{ peer, zone, reachable }] : []
    })
  }

  /** How many of those that can be reached are in this host's zone, itself among them. */
  mates(now: Millis): number {
    return this.at(now).filter(({ zone, reachable }) => reachable && zone === this.#own).length
  }

  get #own(): string {
    return this.#offer().labels[zoneLabel] ?? this.#self
  }
}

/** Undefined: it has not said yet where it is. One that has begun anew may be in another zone than it was in before. */
function zoneOf(member: Member): string | undefined {
  const offer = (isGone(member) ? member.newest : member.advert)?.offer
  return offer && (offer.labels[zoneLabel] ?? member.peer)
}

/**
 * Of one that nobody here has met only the name is known, also where it has been away for years: it keeps nobody out for
 * longer than a peer that has just started takes to hear of those that are there.
 */
function mayRunThings(member: Member, zone: string | undefined, now: Millis): boolean {
  const { sinceMs, incarnation } = member
  const isRecent = now - sinceMs < goneMsMin
  if (isGone(member)) return zone !== undefined && isRecent
  return zone !== undefined || incarnation > 0 || isRecent
}

const isGone = ({ state }: Member): boolean => state === 'dead' || state === 'left'
