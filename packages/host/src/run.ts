import { invariant, type Millis, type ResourceRequest } from '@souk/kernel'
import type { Ballot, Checkpoint, TaskId, TaskRecord } from '@souk/wire'
import type { OutputTail } from './output-tail.ts'

export type StopCode = 'timeout' | 'cancelled' | 'fenced' | 'shutdown' | 'draining' | 'pressure' | 'outrun'

/**
 * Out of the queue for another place: found by whoever bears it here · or by its custodians, under a new ballot, since under
 * this one whoever has room has had it already.
 */
export type PutBackCode = 'put-back' | 'had-before'

/** Why one that has not begun leaves this host. */
export type LeaveCode = StopCode | PutBackCode | 'too-large'

/** lined: its executor begins it when the run before it is over */
export type Phase = 'queued' | 'lined' | 'starting' | 'running' | 'stopping'

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
  phase: Phase
  /** it may follow another run, or be followed (see `isPlain`) */
  plain: boolean
  /** of one that is lined up: it is to come back */
  recalled?: true
  /** set when the executor was told to end it, and why; one that is lined up is to go then, or to end where it has begun */
  stopCode?: StopCode
  startedMs: Millis
  output?: OutputTail
  /** what it was last measured to use */
  memoryBytes?: number
}

/** The phases a run may go through, and from where (checked at every change). */
const runTransitions: Record<Run['phase'], readonly Run['phase'][]> = {
  queued: ['starting', 'lined'],
  lined: ['queued', 'starting'],
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

/** The baton as it came. */
export function takenOf({ record, alternative, ballot, attempt, leased, checkpoint, backup }: Run): Taken {
  const taken = { record, alternative, ballot, attempt, leased }
  return { ...taken, ...(checkpoint ? { checkpoint } : {}), ...(backup ? { backup } : {}) }
}

/** What its executor is told. */
export function runOrder(run: Run, gpuDevices: number[]) {
  return { type: 'run' as const, ...takenOf(run), gpuDevices }
}

/** What it was measured to use, where that could be. */
export function noteUse(run: Run | undefined, { memoryBytes }: { memoryBytes?: number }): void {
  if (run && memoryBytes !== undefined) run.memoryBytes = memoryBytes
}

/** It has not begun. */
export function waits({ phase }: Pick<Run, 'phase'>): boolean {
  return phase === 'queued' || phase === 'lined'
}

/** What it was last measured to use, else what it was given; 0 before it has begun. */
export function usedBytes(run: Run | undefined): number {
  return run === undefined || waits(run) ? 0 : (run.memoryBytes ?? run.request.memoryBytes)
}
