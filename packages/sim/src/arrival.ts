import type { TaskDraft } from './workload.ts'

/** One submit of a stream that is brought along instead of drawn. */
export interface Arrival {
  /** since the first client came, in world time; no earlier than that of the arrival before */
  atMs: number
  /** index of the node that it is submitted to */
  node: number
  draft: TaskDraft
}
