import type { GpuGroup, ResourceRequest, ResourceVector } from '@souk/kernel'
import type { Ballot, RunResult, TaskId, Ties } from '@souk/wire'
import type { Breach, MeasuredRun } from './audit.ts'
import type { Ended, StopCode, Taken } from './run.ts'

export type HostInput =
  | { type: 'wake' }
  /** what this host has now; what runs goes on */
  | { type: 'capacity'; capacity: ResourceVector; gpus?: readonly GpuGroup[] | undefined }
  /** room for a task that is to run here once its record is on disk; given back by `take` (which uses it) or `release` */
  | { type: 'reserve'; task: TaskId; tenant: string; request: ResourceRequest; ties?: Ties | undefined }
  | { type: 'release'; task: TaskId }
  /** a baton was accepted: queue it here, with what it asks for as that alternative */
  | ({ type: 'take' } & Taken)
  | { type: 'running'; task: TaskId; ballot: Ballot }
  | { type: 'output'; task: TaskId; ballot: Ballot; stream: 'stdout' | 'stderr'; offset: number; data: Uint8Array }
  | { type: 'ran'; task: TaskId; ballot: Ballot; result: RunResult }
  /** what the executors have at this moment, and the tasks that may still come for the room reserved for them */
  | { type: 'measured'; runs: readonly MeasuredRun[]; awaited: ReadonlySet<TaskId> }
  /** end it wherever it is: out of the queue at once, or through the executor */
  | { type: 'halt'; task: TaskId; ballot: Ballot; code: StopCode }

export type HostEffect =
  | { type: 'breach'; breach: Breach }
  | ({ type: 'run'; gpuDevices: number[] } & Taken)
  | { type: 'stop'; task: TaskId; ballot: Ballot; code: StopCode }
  | { type: 'began'; task: TaskId; ballot: Ballot }
  /** it ran (or was refused by the executor); nothing of it is left. `stopCode`: why it was told to end, if it was */
  | ({ type: 'ended'; task: TaskId; result: RunResult; stopCode: StopCode | undefined } & Ended)
  /** halted before it started */
  | { type: 'dropped'; task: TaskId; ballot: Ballot; code: StopCode | 'too-large' }
