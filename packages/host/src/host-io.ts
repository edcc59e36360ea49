import type { GpuGroup, Millis, ResourceRequest, ResourceVector } from '@souk/kernel'
import type { Ballot, RunResult, TaskId, Ties } from '@souk/wire'
import type { Breach, MeasuredRun } from './audit.ts'
import type { Ended, StopCode, Taken } from './run.ts'

/**
 * Out of the queue for another place: found by whoever bears it here · or by its custodians, under a new ballot, since under
 * this one whoever has room has had it already.
 */
export type PutBackCode = 'put-back' | 'had-before'

export type HostInput =
  | { type: 'wake' }
  /** what this host has now; what runs goes on */
  | { type: 'capacity'; capacity: ResourceVector; gpus?: readonly GpuGroup[] | undefined }
  /** room for a task that is to run here once its record is on disk; given back by `take` (which uses it) or `release` */
  | { type: 'reserve'; task: TaskId; tenant: string; request: ResourceRequest; ties?: Ties | undefined }
  | { type: 'release'; task: TaskId }
  /** room that is reserved under another name is this task's from now on */
  | { type: 'assign'; from: string; task: TaskId }
  /** a baton was accepted: queue it here, with what it asks for as that alternative */
  | ({ type: 'take' } & Taken)
  | { type: 'running'; task: TaskId; ballot: Ballot }
  | { type: 'output'; task: TaskId; ballot: Ballot; stream: 'stdout' | 'stderr'; offset: number; data: Uint8Array }
  /** `warmUpMs`: how long its worker took to get warm; 0: it was; absent: not known */
  | { type: 'ran'; task: TaskId; ballot: Ballot; result: RunResult; warmUpMs?: Millis }
  /** what the executors have at this moment, and the tasks that may still come for the room reserved for them */
  | { type: 'measured'; runs: readonly MeasuredRun[]; awaited: ReadonlySet<TaskId> }
  /** out of the queue, to be placed anew; one that has begun goes on */
  | { type: 'putBack'; task: TaskId; ballot: Ballot; code: PutBackCode }
  /** end it wherever it is: out of the queue at once, or through the executor */
  | { type: 'halt'; task: TaskId; ballot: Ballot; code: StopCode }

export type HostEffect =
  | { type: 'breach'; breach: Breach }
  | ({ type: 'run'; gpuDevices: number[] } & Taken)
  | { type: 'stop'; task: TaskId; ballot: Ballot; code: StopCode }
  | { type: 'began'; task: TaskId; ballot: Ballot }
  /** it ran (or was refused by the executor); nothing of it is left. `stopCode`: why it was told to end, if it was */
  | ({
      type: 'ended'
      task: TaskId
      result: RunResult
      stopCode: StopCode | undefined
      warmUpMs: Millis | undefined
    } & Ended)
  /** halted before it started */
  | { type: 'dropped'; task: TaskId; ballot: Ballot; code: StopCode | 'too-large' | PutBackCode }
