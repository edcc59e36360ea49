import {
  emptyResult,
  type Outcome,
  type RunResult,
  type TaskId,
  type TaskSpec,
  type TaskState,
  type TaskView,
} from '@souk/wire'

/** One task as a memory peer keeps it. */
export interface KeptTask {
  id: TaskId
  spec: TaskSpec
  origin: string
  state: TaskState
  outcome: Outcome | undefined
  output: Uint8Array
}

/** What a run with this exit status came to. */
export const resultOf = (exitCode: number, stdout: Uint8Array): RunResult => {
  const result = exitCode === 0 ? emptyResult('ok', 0, '') : emptyResult('failed', exitCode, `exit status ${exitCode}`)
  return { ...result, stdout, runMs: 1, cpuMs: 1 }
}

/** All that is known of it. */
export function viewOf(kept: KeptTask): TaskView {
  return {
    record: {
      id: kept.id,
      spec: kept.spec,
      origin: kept.origin,
      submittedWallMs: 1_700_000_000_000,
      custodians: [kept.origin],
      version: 1,
    },
    state: kept.state,
    ballot: { counter: 1, peer: kept.origin, incarnation: 1 },
    bearer: kept.origin,
    ...(kept.outcome ? { outcome: kept.outcome } : {}),
    attempts: [],
    timeline: [],
  }
}
