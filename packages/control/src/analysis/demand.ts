import type { ResourceDemand } from '@souk/client'
import { type Amounts, addAmounts, requestAmountsOf, vectorAmountsOf } from './amounts.ts'
import type { SeenHost } from './seen-host.ts'
import { givenTo, isRunning, isWaiting, type SeenTask } from './seen-task.ts'

/** resources that have a line, by name; declared ones beyond are left out, those asked for least */
const resourcesMax = 64
const known = ['cpu', 'memory', 'gpu', 'slots', 'disk', 'network']

/** What tasks ask for of each resource: of ended runs times how long they took, and of what runs and waits now. */
export function demandOf(tasks: readonly SeenTask[], hosts: readonly SeenHost[]): ResourceDemand[] {
  const asked: Amounts = new Map()
  const running: Amounts = new Map()
  const waiting: Amounts = new Map()
  const capacity: Amounts = new Map()
  for (const task of tasks) {
    const amounts = requestAmountsOf(givenTo(task))
    if (isRunning(task)) addAmounts(running, amounts)
    else if (isWaiting(task)) addAmounts(waiting, amounts)
    else if (task.ranMs !== undefined) addAmounts(asked, amounts, task.ranMs / 1000)
  }
  for (const { offer } of hosts) addAmounts(capacity, vectorAmountsOf(offer.capacity))
  const names = new Set([...asked, ...running, ...waiting].map(([name]) => name))
  const rank = (name: string): number => (known.includes(name) ? known.indexOf(name) : known.length)
  return [...names]
    .sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1))
    .slice(0, resourcesMax)
    .map((resource) => ({
      resource,
      askedSeconds: asked.get(resource) ?? 0,
      running: running.get(resource) ?? 0,
      waiting: waiting.get(resource) ?? 0,
      capacity: capacity.get(resource) ?? 0,
    }))
}
