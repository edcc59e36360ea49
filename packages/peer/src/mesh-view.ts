import type { Keeper, MeshView } from '@souk/custody'
import type { Millis } from '@souk/kernel'
import type { Member, Roster } from '@souk/roster'
import type { PeerId } from '@souk/wire'
import { zoneLabel } from './zone-members.ts'

/**
 * The roster as custody sees it. `heard`: members that have answered this life of the peer, so they know of no later one.
 * `behind`: a member does know of one. `drains`: that peer says that it empties itself.
 */
export function meshView(
  roster: Roster,
  self: PeerId,
  { heard, behind, drains }: { heard: ReadonlySet<PeerId>; behind: () => boolean; drains: (peer: PeerId) => boolean },
): MeshView {
  const facts = new MeshFacts(roster)
  return {
    get version() {
      return roster.version
    },
    get members() {
      return facts.current.members
    },
    keepers: () => facts.current.keepers,
    fresh: (peer) => peer === self || roster.reachable(peer),
    drains,
    linked: (peer) => peer === self || roster.linked(peer),
    lives: ({ peer, incarnation }) => roster.reachable(peer) && roster.get(peer)?.incarnation === incarnation,
    removed: (peer) => roster.removed.has(peer),
    gone: (now, forMs) => facts.gone(now, forMs),
    get heardFromMajority() {
      return facts.heardFromMajority(heard) && !behind()
    },
  }
}

/** Facts over all members, worked out once for each version of the roster. */
class MeshFacts {
  readonly #roster: Roster
  #seen = -1
  #majority = { version: -1, heard: -1, isMajority: false }
  #current: { members: number; keepers: readonly Keeper[]; down: readonly Member[] } = {
    members: 0,
    keepers: [],
    down: [],
  }

  constructor(roster: Roster) {
    this.#roster = roster
  }

  get current() {
    if (this.#seen !== this.#roster.version) {
      this.#seen = this.#roster.version
      // A peer that is down, for whatever reason, is a member as long as its certificate stands.
      const members = this.#roster.members()
      // A life without an advert counts by its last life's: else each start of a peer would change who keeps which task.
      const keepers = members
        .filter(mayKeep)
        .map((member) => ({ peer: member.peer, domain: member.newest?.offer.labels[zoneLabel] ?? member.peer }))
      const down = this.#roster.members().filter(({ state }) => state === 'dead' || state === 'left')
      this.#current = { members: members.length, keepers, down }
    }
    return this.#current
  }

  /** Whether most members, this one included, were heard. Cached, since it is asked with every quote. */
  heardFromMajority(heard: ReadonlySet<PeerId>): boolean {
    const { version } = this.#roster
    if (this.#majority.version !== version || this.#majority.heard !== heard.size) {
      const members = this.#roster.members()
      const isMajority = (members.filter(({ peer }) => heard.has(peer)).length + 1) * 2 > members.length
      this.#majority = { version, heard: heard.size, isMajority }
    }
    return this.#majority.isMajority
  }

  gone(now: Millis, forMs: Millis): ReadonlySet<PeerId> {
    const { down } = this.current
    const gone = down.filter(({ sinceMs }) => now - sinceMs >= forMs).map(({ peer }) => peer)
    return new Set([...gone, ...this.#roster.removed.peers])
  }
}

/** Whether custodians may be chosen from this member: by its role, and its newest advert if there is one. */
export function mayKeep({ role, newest }: Member): boolean {
  if (role !== 'host' && role !== 'admin') return false
  return newest?.offer.custody ?? true
}
