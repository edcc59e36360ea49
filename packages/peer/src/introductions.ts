import type { Member } from '@souk/roster'
import { type Certificate, limits, type PeerId } from '@souk/wire'
import { mayKeep } from './mesh-view.ts'

/**
 * The members that this peer names to a peer that joins through it: itself, then those that may keep tasks, the living first.
 * Dead peers are members too, since they may come back; peers that left are none any more.
 */
export function introductions(members: readonly Member[], self: PeerId): Certificate[] {
  return members
    .filter(({ peer, state }) => peer === self || state !== 'left')
    .sort((a, b) => rank(a, self) - rank(b, self) || (a.peer < b.peer ? -1 : 1))
    .slice(0, limits.introducedMax)
    .map(({ certificate }) => certificate)
}

/** Members that may keep tasks come first: if not all can be named, a joiner must know those that custodians are chosen from. */
function rank(member: Member, self: PeerId): number {
  if (member.peer === self) return 0
  return 1 + (mayKeep(member) ? 0 : 2) + (member.state === 'dead' ? 1 : 0)
}
