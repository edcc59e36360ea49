import type { StragglersEffect } from '@souk/rebalance'
import type { Outcome, TaskRecord } from '@souk/wire'
import type { Steps } from './steps.ts'

/** Routes reports of lagging runs. */
export function routeStragglers({ straggler }: StragglersEffect, steps: Steps): void {
  const { task, ballot } = straggler
  steps.outlet.trace({ type: 'task.straggles', ...straggler })
  steps.stepSpeculator({ type: 'straggler', task, ballot })
}

/** Learns the duration of a task kept here that succeeded on another host; of runs on this host the host tells itself. */
export function learnPace(record: TaskRecord, { host, result, kind }: Outcome, steps: Steps): void {
  if (kind !== 'succeeded' || !result || host === steps.machines.self) return
  // The outcome does not say which alternative the run was given.
  if (record.spec.alternatives) return
  steps.stepStragglers({ type: 'duration', class: record.spec.class, runMs: result.runMs })
}
