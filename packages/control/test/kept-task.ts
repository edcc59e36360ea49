import {
  emptyResult,
  type Outcome,
  type RunResult,
  type TaskFilter,
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
  /** absent: its origin */
  custodians?: string[]
  state: TaskState
  outcome: Outcome | undefined
  output: Uint8Array
}

const custodiansOf = ({ custodians, origin }: KeptTask): string[] => custodians ?? [origin]

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
      custodians: custodiansOf(kept),
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

/** Whether the part of a filter that is about custodians lets it pass. */
export function isKept(
  kept: KeptTask,
  removed: readonly string[],
  { keptBy, unendable }: Partial<TaskFilter> = {},
): boolean {
  const custodians = custodiansOf(kept)
  if (keptBy !== undefined && !custodians.includes(keptBy)) return false
  const left = custodians.filter((peer) => !removed.includes(peer) && peer !== keptBy)
  return unendable !== true || 2 * left.length <= custodians.length
}
