import { gangKey, type TaskSpec } from '@souk/wire'
import { shapeOf } from '../shape.ts'
import type { PlanTask } from './plan.ts'

/** Specs as tasks of a plan. `afters`: for each task the indexes of those that must have ended before it starts. */
export function planTasksOf(specs: readonly TaskSpec[], afters: readonly (readonly number[])[]): PlanTask[] {
  return specs.map((spec, index) => {
    const { priority, gang, tenant } = spec
    const member = gang ? { gang: { key: gangKey(tenant, gang), size: gang.size, rank: gang.rank } } : {}
    return { shape: shapeOf(spec), priority, after: afters[index] ?? [], ...member }
  })
}
