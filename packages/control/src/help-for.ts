import type { WouldHelp } from '@souk/client'
import { type KnownHost, shapeOf, whatWouldHelp } from '@souk/market'
import type { TaskView } from '@souk/wire'
import type { PeerSnapshotView } from './peer-snapshot-view.ts'

/**
 * What would let a task start that waits for a host, by what this peer knows of hosts now; nothing for any other, such as one
 * that waits for other tasks.
 */
export function helpFor({ state, decision, record }: TaskView, snapshot: PeerSnapshotView): WouldHelp[] {
  if ((state !== 'waiting' && state !== 'asking') || decision?.how === 'after') return []
  const { spec } = record
  return whatWouldHelp(shapeOf(spec), knownHosts(snapshot), decision?.reasons ?? [], spec.gang?.size)
}

/** Every member that may run tasks and whose offer is known, this peer first. */
function knownHosts({ self, offer, members }: PeerSnapshotView): KnownHost[] {
  const others = members.flatMap((member): KnownHost[] => {
    const { peer, role, state, reachable } = member
    const mayRun = peer !== self && (role === 'host' || role === 'admin') && state !== 'left'
    return mayRun && member.offer ? [{ peer, reachable, offer: member.offer }] : []
  })
  return [{ peer: self, reachable: true, offer }, ...others]
}
