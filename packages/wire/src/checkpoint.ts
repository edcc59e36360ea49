import type { Static } from '@sinclair/typebox'
import type { FileRef } from './file-ref.ts'
import { int, strict, text } from './schema.ts'

/** Longest grace for writing a checkpoint, ms: until then a drain of the host has to wait for the run. */
export const checkpointGraceMsMax = 600_000

/** A task with this can be stopped and go on elsewhere: on SIGTERM it writes the file `path` within the grace. */
export const CheckpointPlan = strict({
  /** relative to the task's folder */
  path: text(4096, 1),
  graceMs: int(checkpointGraceMsMax),
})
export type CheckpointPlan = Static<typeof CheckpointPlan>

/** State that a stopped run left: a file, and the host that stored it, which has it besides the task's custodians. */
export interface Checkpoint {
  file: FileRef
  host: string
}

/** The newest checkpoint that a run of the task has left; undefined: none, so the next run starts anew. */
export function newestCheckpoint(
  attempts: readonly { host: string; checkpoint?: FileRef | undefined }[],
): Checkpoint | undefined {
  const last = attempts.findLast(({ checkpoint }) => checkpoint !== undefined)
  return last && { file: last.checkpoint!, host: last.host }
}
