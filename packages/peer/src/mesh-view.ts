import type { Keeper, MeshView } from '@souk/custody'
import type { Millis } from '@souk/kernel'
import type { Member, Roster } from '@souk/roster'
import type { PeerId } from '@souk/wire'
import { zoneLabel } from './zone-members.ts'

/**
 * The roster as custody sees it. `heard`: members that have said anything in this life of this peer; whoever remembers a
 * later life of it says so first. `behind`: somebody did. `drains`: it says so itself.
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

/** What is counted over all members, once for each version of the roster. */
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
      // Who is down, for whatever reason, is a member as long as its certificate stands.
      const members = this.#roster.members()
      // Of a life that has said nothing yet, as the one before said: else its start would change who keeps which task.
      const keepers = members
        .filter(mayKeep)
        .map((member) => ({ peer: member.peer, domain: member.newest?.offer.labels[zoneLabel] ?? member.peer }))
      const down = this.#roster.members().filter(({ state }) => state === 'dead' || state === 'left')
      this.#current = { members: members.length, keepers, down }
    }
    return this.#current
  }

  /** This peer itself counts. Asked with every quote: counted again only when somebody new was heard, or came or went. */
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

/** It is one of those that custodians are chosen from, as far as is known. */
export function mayKeep({ role, newest }: Member): boolean {
  if (role !== 'host' && role !== 'admin') return false
  return newest?.offer.custody ?? true
}
