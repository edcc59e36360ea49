import type { TaskDraft } from './workload.ts'

/** One task of a stream that is brought along instead of drawn; members of a gang that follow each other are one submit. */
export interface Arrival {
  /** since the first client came, in world time; no earlier than that of the arrival before */
  atMs: number
  /** index of the node that it is submitted to */
  node: number
  draft: TaskDraft
}

/** Those from `first` on that are submitted together: the members of a gang, or one. */
export function submittedTogether(arrivals: readonly Arrival[], first: number): Arrival[] {
  const { gang } = arrivals[first]!.draft.spec
  if (gang === undefined) return [arrivals[first]!]
  let end = first + 1
  while (arrivals[end]?.draft.spec.gang?.id === gang.id) end++
  return arrivals.slice(first, end)
}
