import type { Member } from '@souk/roster'
import { type Certificate, limits, type PeerId } from '@souk/wire'
import { mayKeep } from './mesh-view.ts'

/**
 * Whom this peer names to one that joins through it: itself, then who may keep tasks, the living first. The dead are
 * members as well, since they may come back; who left is none any more.
 */
export function introductions(members: readonly Member[], self: PeerId): Certificate[] {
  return members
    .filter(({ peer, state }) => peer === self || state !== 'left')
    .sort((a, b) => rank(a, self) - rank(b, self) || (a.peer < b.peer ? -1 : 1))
    .slice(0, limits.introducedMax)
    .map(({ certificate }) => certificate)
}

/** Of a mesh too large to be named whole, those that a task's custodians are chosen from must come through. */
function rank(member: Member, self: PeerId): number {
  if (member.peer === self) return 0
  return 1 + (mayKeep(member) ? 0 : 2) + (member.state === 'dead' ? 1 : 0)
}
