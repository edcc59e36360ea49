import type { Millis, ResourceRequest } from '@souk/kernel'
import type { Ballot, TaskId, TaskRecord } from '@souk/wire'
import type { OutputTail } from './output-tail.ts'

export type StopCode = 'timeout' | 'cancelled' | 'fenced' | 'shutdown'

/** One task that this host has taken, under one ballot. */
export interface Run {
  readonly task: TaskId
  readonly ballot: Ballot
  readonly record: TaskRecord
  /** which of what it asks for it takes here, and that */
  readonly alternative: number
  readonly request: ResourceRequest
  readonly attempt: number
  readonly leased: boolean
  phase: 'queued' | 'starting' | 'running' | 'stopping'
  /** set when the executor was told to end it, and why */
  stopCode?: StopCode
  startedMs: Millis
  output?: OutputTail
}

/** The phases a run may go through, and from where (checked at every change). */
export const runTransitions: Record<Run['phase'], readonly Run['phase'][]> = {
  queued: ['starting'],
  starting: ['running', 'stopping'],
  running: ['stopping'],
  stopping: [],
}
