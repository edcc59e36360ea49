import { invariant, type Millis, type ResourceRequest } from '@souk/kernel'
import type { Ballot, Checkpoint, TaskId, TaskRecord } from '@souk/wire'
import type { OutputTail } from './output-tail.ts'

export type StopCode = 'timeout' | 'cancelled' | 'fenced' | 'shutdown' | 'draining' | 'pressure' | 'outrun'

/** A baton as it comes to this host. */
export interface Taken {
  readonly record: TaskRecord
  /** which of what it asks for it takes here; 0: the request itself */
  readonly alternative: number
  readonly ballot: Ballot
  /** 1 for the first run */
  readonly attempt: number
  /** somebody else may start it when the lease is lost */
  readonly leased: boolean
  /** where it goes on, if it was stopped elsewhere and left that */
  readonly checkpoint?: Checkpoint | undefined
  /** a second run for a bearer elsewhere */
  readonly backup?: true | undefined
}

/** What a run that is over was. */
export interface Ended {
  readonly ballot: Ballot
  readonly class: string
  readonly alternative: number
}

/** One task that this host has taken, under one ballot. */
export interface Run extends Taken {
  readonly task: TaskId
  /** what it takes here */
  readonly request: ResourceRequest
  phase: 'queued' | 'starting' | 'running' | 'stopping'
  /** set when the executor was told to end it, and why */
  stopCode?: StopCode
  startedMs: Millis
  output?: OutputTail
  /** what it was last measured to use */
  memoryBytes?: number
}

/** The phases a run may go through, and from where (checked at every change). */
const runTransitions: Record<Run['phase'], readonly Run['phase'][]> = {
  queued: ['starting'],
  starting: ['running', 'stopping'],
  running: ['stopping'],
  stopping: [],
}

/** The run is in another phase now. Throws where it cannot come to that from the one it is in. */
export function enter(run: Run, phase: Run['phase']): void {
  invariant(runTransitions[run.phase].includes(phase), `run of ${run.task} cannot go from ${run.phase} to ${phase}`)
  run.phase = phase
}

/** What a host's snapshot says of it. */
export function runSnapshot({ task, ballot, phase, attempt, startedMs }: Run) {
  return { task, ballot, phase, attempt, startedMs }
}

/** A run that was asked to end in its own time, for reasons of this host alone, is to end at once after all. */
export function overrules(code: StopCode, before: StopCode | undefined): boolean {
  return (code === 'fenced' || code === 'cancelled') && before !== undefined && gentle.has(before)
}

const gentle: ReadonlySet<StopCode> = new Set(['draining', 'pressure', 'shutdown'])

/** What its executor is told. */
export function runOrder(run: Run, gpuDevices: number[]) {
  const { record, alternative, ballot, attempt, leased, checkpoint, backup } = run
  const order = { type: 'run' as const, record, alternative, ballot, gpuDevices, attempt, leased }
  return { ...order, ...(checkpoint ? { checkpoint } : {}), ...(backup ? { backup } : {}) }
}

/** What it was measured to use, where that could be. */
export function noteUse(run: Run | undefined, { memoryBytes }: { memoryBytes?: number }): void {
  if (run && memoryBytes !== undefined) run.memoryBytes = memoryBytes
}

/** What it was last measured to use, else what it was given; 0 before it has begun. */
export function usedBytes(run: Run | undefined): number {
  return run === undefined || run.phase === 'queued' ? 0 : (run.memoryBytes ?? run.request.memoryBytes)
}
