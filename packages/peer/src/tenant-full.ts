import { anyTenant } from '@souk/kernel'
import { taskIdOf } from '@souk/wire'
import type { NamedTask } from './inputs.ts'
import type { Machines } from './machines.ts'

/**
 * Why a submit is refused since its tenant has too many tasks waiting here; undefined: it is not. A key that is known here is
 * the same task again and is not refused. Approximate over the mesh: each peer counts only the tasks that wait with it.
 */
export function decideTenantFull(
  { auctioneer, dependencies, custodian }: Pick<Machines, 'auctioneer' | 'dependencies' | 'custodian'>,
  waitingMax: Readonly<Record<string, number>>,
  task: Pick<NamedTask, 'nonce' | 'spec'>,
): string | undefined {
  const { tenant } = task.spec
  const name = [tenant, anyTenant].find((each) => Object.hasOwn(waitingMax, each))
  if (name === undefined) return undefined
  const most = waitingMax[name]!
  const waiting = auctioneer.waitingOf(tenant) + dependencies.waitingOf(tenant)
  if (waiting < most || custodian.find(taskIdOf(task))) return undefined
  return `tenant '${tenant}' has ${waiting} tasks waiting at this peer, and may have ${most}; try again when some have begun, or at another peer`
}
