import type { HostPlan } from './host-plan.ts'
import type { ObjectivePlan, Placing, PlanTask } from './plan.ts'

/** What all placings of one objective come to. */
export function sumOf(
  placings: readonly Placing[],
  tasks: readonly (PlanTask & { index: number })[],
  hosts: readonly HostPlan[],
): ObjectivePlan['sum'] {
  const finishMs = Math.max(0, ...placings.map((one) => one.finishMs.p50))
  const cpus = new Map(tasks.map(({ index, shape }) => [index, shape.request.cpuMilli]))
  const planned = placings.reduce((sum, one) => sum + (one.finishMs.p50 - one.startMs) * (cpus.get(one.index) ?? 0), 0)
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
