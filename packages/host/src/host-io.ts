import type { GpuGroup, Millis, ResourceRequest, ResourceVector } from '@souk/kernel'
import type { Ballot, RunResult, TaskId, Ties } from '@souk/wire'
import type { Breach, MeasuredRun } from './audit.ts'
import type { Ended, LeaveCode, PutBackCode, StopCode, Taken } from './run.ts'

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
  /** of one that was lined up: it has not begun, and will not unless it is started anew */
  | { type: 'takenBack'; task: TaskId; ballot: Ballot }
  /** what the executors have at this moment, and the tasks that may still come for the room reserved for them */
  | { type: 'measured'; runs: readonly MeasuredRun[]; awaited: ReadonlySet<TaskId> }
  /** out of the queue, to be placed anew; one that has begun goes on */
  | { type: 'putBack'; task: TaskId; ballot: Ballot; code: PutBackCode }
  /** end it wherever it is: out of the queue at once, or through the executor */
  | { type: 'halt'; task: TaskId; ballot: Ballot; code: StopCode }

export type HostEffect =
  | { type: 'breach'; breach: Breach }
  /** `again`: it was said to have followed another one, and has not: its executor begins it only now */
  | ({ type: 'run'; gpuDevices: number[]; again?: true } & Taken)
  /** its executor is to begin it right after that run, and after what is behind that already */
  | ({ type: 'lineUp'; gpuDevices: number[]; behind: { task: TaskId; ballot: Ballot } } & Taken)
  /** it was lined up, and what it followed is over: it has that one's place, and its executor has begun it */
  | ({ type: 'followed' } & Taken)
  /** it is lined up, and is not to begin there */
  | { type: 'takeBack'; task: TaskId; ballot: Ballot }
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
  | { type: 'dropped'; task: TaskId; ballot: Ballot; code: LeaveCode }
