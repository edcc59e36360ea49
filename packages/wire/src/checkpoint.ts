import type { Static } from '@sinclair/typebox'
import type { FileRef } from './file-ref.ts'
import { int, strict, text } from './schema.ts'

/** The longest that a run may take to write its checkpoint, ms: meanwhile its host cannot be emptied. */
export const checkpointGraceMsMax = 600_000

/** How a task says that it can be stopped and go on elsewhere: it gets SIGTERM, and writes that file within the grace. */
export const CheckpointPlan = strict({
  /** in the task's folder */
  path: text(4096, 1),
  graceMs: int(checkpointGraceMsMax),
})
export type CheckpointPlan = Static<typeof CheckpointPlan>

/** Where a run left off: its file, and the host that stored it, which has it beside the task's custodians. */
export interface Checkpoint {
  file: FileRef
  host: string
}

/** The newest that any run of a task has left; undefined: it starts anew. */
export function newestCheckpoint(
  attempts: readonly { host: string; checkpoint?: FileRef | undefined }[],
): Checkpoint | undefined {
  const last = attempts.findLast(({ checkpoint }) => checkpoint !== undefined)
  return last && { file: last.checkpoint!, host: last.host }
}
