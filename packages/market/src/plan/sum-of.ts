import { requestOf } from '@souk/wire'
import type { HostPlan } from './host-plan.ts'
import type { ObjectivePlan, Placing, PlanTask } from './plan.ts'

/** The sum of all placings of one objective. */
export function sumOf(
  placings: readonly Placing[],
  tasks: readonly (PlanTask & { index: number })[],
  hosts: readonly HostPlan[],
): ObjectivePlan['sum'] {
  const finishMs = Math.max(0, ...placings.map((one) => one.finishMs.p50))
  const shapes = new Map(tasks.map(({ index, shape }) => [index, shape]))
  const planned = placings.reduce((sum, { index, alternative, startMs, finishMs: { p50 } }) => {
    return sum + (p50 - startMs) * requestOf(shapes.get(index)!, alternative).cpuMilli
  }, 0)
  const present = hosts.flatMap(({ now }) => now)
  const meanwhile = present.reduce((sum, { startMs, endMs, cpuMilli }) => {
    return sum + Math.max(0, Math.min(endMs, finishMs) - startMs) * cpuMilli
  }, 0)
  const whole = finishMs * hosts.reduce((sum, { offer }) => sum + offer.capacity.cpuMilli, 0)
  return {
    finishMs,
    startMsMean: placings.length > 0 ? placings.reduce((sum, one) => sum + one.startMs, 0) / placings.length : 0,
    cost: placings.reduce((sum, one) => sum + one.cost, 0),
    hosts: new Set(placings.map(({ peer }) => peer)).size,
    usedMilli: whole > 0 ? Math.min(1000, Math.round((1000 * (planned + meanwhile)) / whole)) : 0,
  }
}
