import { type PricedRun, pricePerHour, type Rates } from '@souk/scaling'
import type { SeenHost } from './seen-host.ts'
import { givenTo, isRunning, type SeenTask } from './seen-task.ts'

/** A run with its price, and when its task came and how long that waited. */
export interface SeenRun extends PricedRun {
  submittedWallMs: number
  waitedMs: number
}

/** Of each task that has run, or runs: what it cost. Hosts that are gone are paid for by the rates. */
export function pricedRuns(
  tasks: readonly SeenTask[],
  hosts: readonly SeenHost[],
  rates: Rates,
  nowMs: number,
): SeenRun[] {
  const offers = new Map(hosts.map(({ peer, offer }) => [peer, offer]))
  return tasks.flatMap((task): SeenRun[] => {
    const { startedWallMs, submittedWallMs, host = '' } = task
    const ranMs = ranMsOf(task, nowMs)
    if (ranMs === undefined) return []
    const waitedMs = Math.max(0, (startedWallMs ?? submittedWallMs) - submittedWallMs)
    return [
      {
        task: task.id,
        class: task.class,
        tenant: task.tenant,
        peer: host,
        perHour: pricePerHour(givenTo(task), rates, offers.get(host)),
        ranMs,
        earlierMs: Math.min(Math.max(0, task.attempts - 1) * ranMs, waitedMs),
        failed: task.state === 'closed' && task.kind !== 'succeeded',
        usedShare: usedShareOf(task, ranMs),
        submittedWallMs,
        waitedMs,
      },
    ]
  })
}

/** Undefined: it has not run, or nobody knows how long. */
function ranMsOf(task: SeenTask, nowMs: number): number | undefined {
  if (task.state === 'closed') return task.ranMs
  if (!isRunning(task) || task.startedWallMs === undefined) return undefined
  return Math.max(0, nowMs - task.startedWallMs)
}

/** Of what it asked for the resource of which it used the largest share. */
function usedShareOf(task: SeenTask, ranMs: number): number | undefined {
  const { usage } = task
  if (usage === undefined || ranMs <= 0) return undefined
  const { cpuMilli, memoryBytes } = givenTo(task)
  const shares = cpuMilli > 0 ? [usage.cpuMs / ((cpuMilli / 1000) * ranMs)] : []
  if (memoryBytes > 0 && usage.memoryBytesPeak !== undefined) shares.push(usage.memoryBytesPeak / memoryBytes)
  return shares.length === 0 ? undefined : Math.max(...shares)
}
