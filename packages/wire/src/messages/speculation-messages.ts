import { Type } from '@sinclair/typebox'
import { FileRef } from '../file-ref.ts'
import { Ballot, PeerId, TaskId } from '../ids.ts'
import { limits } from '../limits.ts'
import { RunResult } from '../outcome.ts'
import { choice, int, strict, text } from '../schema.ts'
import { TaskRecord } from '../task-record.ts'

/** which run: a task, and the ballot under which its bearer runs it */
const run = { task: TaskId, ballot: Ballot }

export const speculationMessages = {
  /**
   * From the bearer of a task that lags: run it as well (with `ask`), or go on with that run. Only the bearer proposes its
   * result. leftMs: how long it may run unless this is sent again
   */
  backup: strict({
    t: Type.Literal('backup'),
    ...run,
    leftMs: int(60_000),
    /** only in the first message */
    ask: Type.Optional(
      strict({
        record: TaskRecord,
        alternative: int(limits.alternativesMax),
        attempt: int(2 ** 16, 1),
        checkpoint: Type.Optional(strict({ file: FileRef, host: PeerId })),
      }),
    ),
  }),
  /** the answer to each `backup` */
  backupSaid: strict({
    t: Type.Literal('backupSaid'),
    ...run,
    state: choice('runs', 'refused', 'ended'),
    code: text(limits.nameCharsMax),
    result: Type.Optional(RunResult),
  }),
  /** the second run is not needed any more */
  backupOver: strict({ t: Type.Literal('backupOver'), ...run }),
}
