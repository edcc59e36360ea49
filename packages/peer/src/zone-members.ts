import type { Millis } from '@souk/kernel'
import type { ZoneMember } from '@souk/market'
import type { Member, Roster } from '@souk/roster'
import type { Offer, PeerId } from '@souk/wire'

/** The label by which hosts say which of them fail together. */
export const zoneLabel = 'zone'

/** Tasks of a host that seems dead may run on for their leases (3.3 s) and until its guardian has stopped them (guess). */
const goneMsMin = 5_000

/** Hosts and their zones, including hosts that are gone for as long as their tasks may still be running. */
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

  /** Number of reachable hosts in this host's zone, itself included. */
  mates(now: Millis): number {
    return this.at(now).filter(({ zone, reachable }) => reachable && zone === this.#own).length
  }

  get #own(): string {
    return this.#offer().labels[zoneLabel] ?? this.#self
  }
}

/** Zone of a member; undefined: this life of it has not said yet. After a restart it may be in another zone than before. */
function zoneOf(member: Member): string | undefined {
  const offer = (isGone(member) ? member.newest : member.advert)?.offer
  return offer && (offer.labels[zoneLabel] ?? member.peer)
}

/**
 * Whether tasks may run on this host: gone hosts count for goneMsMin. A member that this peer has never met (incarnation 0)
 * may have been away for years: it counts only for as long as a peer that has just started takes to hear of live ones.
 */
function mayRunThings(member: Member, zone: string | undefined, now: Millis): boolean {
  const { sinceMs, incarnation } = member
  const isRecent = now - sinceMs < goneMsMin
  if (isGone(member)) return zone !== undefined && isRecent
  return zone !== undefined || incarnation > 0 || isRecent
}

const isGone = ({ state }: Member): boolean => state === 'dead' || state === 'left'
