import type { StragglersEffect } from '@souk/rebalance'
import type { Outcome, TaskRecord } from '@souk/wire'
import type { Steps } from './steps.ts'

/** Where reports of runs that lag go. */
export function routeStragglers({ straggler }: StragglersEffect, steps: Steps): void {
  const { task, ballot } = straggler
  steps.outlet.trace({ type: 'task.straggles', ...straggler })
  steps.stepSpeculator({ type: 'straggler', task, ballot })
}

/** A task that is kept here has ended well on another host. What ran here is known from the run itself. */
export function learnPace(record: TaskRecord, { host, result, kind }: Outcome, steps: Steps): void {
  if (kind !== 'succeeded' || !result || host === steps.machines.self) return
  // Which alternative it was given there nobody says.
  if (record.spec.alternatives) return
  steps.stepStragglers({ type: 'duration', class: record.spec.class, runMs: result.runMs })
}
