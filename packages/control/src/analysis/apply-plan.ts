import type { AppliedPlan } from '@souk/client'
import type { PeerHandle } from '@souk/runtime'
import { ask } from '../ask.ts'
import type { PeerSnapshotView } from '../peer-snapshot-view.ts'
import type { TaskFinder } from '../task-finder.ts'
import type { AppliedPlans } from './applied-plans.ts'
import { balance, type Ways } from './balance.ts'

interface Appliers {
  handle: PeerHandle
  finder: TaskFinder
  info: Ways
  applied: AppliedPlans
}

/** Plans anew, and has the plan carried out: hosts ask for what they are to have, and bearers have the last word. */
export async function applyPlan(
  { handle, finder, info, applied }: Appliers,
  snapshot: PeerSnapshotView,
): Promise<AppliedPlan> {
  const { plan } = await balance({ finder, info, applied }, snapshot)
  const results = await ask(
    handle,
    (client) => ({ type: 'move', client, moves: plan.moves }),
    (reply) => (reply.type === 'moved' ? reply.results : undefined),
  )
  return applied.note(plan, results, Date.now())
}
