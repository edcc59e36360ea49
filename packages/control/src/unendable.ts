import type { TaskDetail } from '@souk/client'
import { isUnendable, type TaskView } from '@souk/wire'
import type { PeerSnapshotView } from './peer-snapshot-view.ts'

/** Of a task that can never end: those of its custodians that were removed, which are too many for any vote. */
export function unendableOf(
  { record, outcome }: Pick<TaskView, 'record' | 'outcome'>,
  snapshot: Pick<PeerSnapshotView, 'removed'>,
): TaskDetail['unendable'] {
  if (outcome !== undefined) return undefined
  const out = new Set(snapshot.removed)
  const { custodians } = record
  if (!isUnendable(custodians, (peer) => out.has(peer))) return undefined
  return { removed: custodians.filter((peer) => out.has(peer)) }
}
