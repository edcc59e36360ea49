import { anyTenant } from '@souk/kernel'
import { taskIdOf } from '@souk/wire'
import type { NamedTask } from './inputs.ts'
import type { Machines } from './machines.ts'

/**
 * Why a submit is refused because of what its tenant has waiting here; undefined: it may come. A key that is known here is
 * the same task again, which waits already. Approximate over the mesh: each peer counts what waits with it.
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
