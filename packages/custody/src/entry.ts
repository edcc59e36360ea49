import { invariant, type WallMillis } from '@souk/kernel'
import {
  type Accepted,
  type Attempt,
  type Ballot,
  type Bearer,
  compareBallots,
  type Decision,
  type Ending,
  type Incarnation,
  type Outcome,
  type PeerId,
  type TaskEvent,
  type TaskRecord,
  type TaskState,
} from '@souk/wire'

/** A reader that is told of every change of a task. */
export interface Watcher {
  peer: PeerId
  ask: number
  untilMs: number
}

/** A bearer that has tasks which wait for the end of this one. */
interface EndWatcher {
  peer: PeerId
  untilMs: number
}

/**
 * A person gave up what removed custodians, which were most, knew of the task: once nobody else is found that keeps it, all that
 * are left end it together. Beside whatever else is to end the task, and not on disk: after a restart it has to be said again.
 */
export interface Word {
  reason: string
  /** who is told what became of it */
  askers: { peer: PeerId; ask: number }[]
}

/**
 * storing: the record is not on disk yet · open: no decree is known to be chosen · closed: its outcome is chosen · moved:
 * other custodians keep the task, and the entry is a pointer to them.
 */
export type Phase = 'storing' | 'open' | 'closed' | 'moved'

export const phaseTransitions: Record<Phase, readonly Phase[]> = {
  storing: ['open', 'closed', 'moved'],
  open: ['closed', 'moved'],
  closed: ['moved'],
  // a custodian that was replaced may be chosen again for a later version
  moved: ['storing', 'closed'],
}

/** What a bearer that died had of a task when this custodian last heard of it. */
export interface LostRun {
  bearer: Bearer
  /** under which that bearer had the task */
  ballot: Ballot
  state: 'queued' | 'running'
  /** when this custodian first heard of that state, by its own wall clock; absent: it was not told */
  sinceWallMs?: WallMillis
  /** counts from 1 */
  attempt: number
}

/** One task in a custodian's hands. */
export interface Entry {
  record: TaskRecord
  phase: Phase
  /** the disk has this record, and all votes or an earlier state of them; false: the next write carries the record too */
  kept: boolean
  /** an earlier version was known here before: its end may be on disk, and must be overwritten */
  again: boolean
  /** rises with each `unkeep`: a write that went to the disk before that does not make the entry `kept` */
  generation: number
  /** writes of this entry that the disk has not answered yet */
  inFlight: number
  /** writes of this entry that the disk refused: an answer whose write came after one of these builds on what is lost */
  losses: number
  /** somebody else was told that the task is known here, and counts on it: a DROP comes too late */
  relied: boolean
  /** the highest ballot granted in this version; never falls (I3) */
  promised: Ballot
  /** the decree accepted last, if any; known to be chosen once the phase is closed */
  accepted: Accepted | undefined
  /** who bears the task, as far as is known: at first the peer that began the promised ballot */
  bearer: Bearer
  /** the ballot under which `bearer` bears it: the promised one, unless that was promised only to end the task */
  borneUnder: Ballot
  /** the bearer itself has said, in a renewal, that it has the baton */
  heard: boolean
  /** the bearer gave the baton up: it has not vanished, and no lease has to run out */
  released: boolean
  /** the promised ballot is this life's own, and no majority has promised it yet: nobody bears it, a higher one may follow */
  unwon: boolean
  /** the last bearer's run when a new ballot was promised: kept until the new bearer is heard of, or the loss is told */
  lost?: LostRun | undefined
  /** until when the lease runs on this peer's clock, the grace after it included */
  leasedUntilMs: number
  /** what the bearer, as far as is known, does with the task */
  bearerState: TaskState
  /** how often the baton went on to another bearer since its first, as the present one last said; absent: never */
  moves?: number | undefined
  /** who had the baton before under this ballot, as the present bearer last said; of a task that has not begun there */
  path?: readonly PeerId[] | undefined
  attempts: Attempt[]
  decision: Decision | undefined
  /** (starts: at-most-once) a bearer asked leave to begin, under this ballot or an earlier one: it may have run */
  begun: boolean
  /** where this peer is the only custodian: the life of it that began the run under the promised ballot */
  keptIn: Incarnation | undefined
  /** how the task is to end (cancelled, expired) once its bearer is fenced */
  ending: Ending | undefined
  word: Word | undefined
  cancellers: { peer: PeerId; ask: number }[]
  watchers: Watcher[]
  endWatchers: EndWatcher[]
  timeline: TaskEvent[]
}

export function newEntry(record: TaskRecord, promised: Ballot): Entry {
  return {
    record,
    phase: 'storing',
    kept: false,
    again: false,
    generation: 0,
    inFlight: 0,
    losses: 0,
    relied: false,
    promised,
    accepted: undefined,
    bearer: { peer: promised.peer, incarnation: promised.incarnation },
    borneUnder: promised,
    heard: false,
    released: false,
    unwon: false,
    leasedUntilMs: 0,
    bearerState: 'waiting',
    attempts: [],
    decision: undefined,
    begun: false,
    keptIn: undefined,
    ending: undefined,
    word: undefined,
    cancellers: [],
    watchers: [],
    endWatchers: [],
    timeline: [],
  }
}

/** What is on disk of this entry is no longer enough: the next write carries record, votes and end. */
export function unkeep(entry: Entry): void {
  entry.kept = false
  entry.generation++
}

export function enterPhase(entry: Entry, phase: Phase): void {
  invariant(
    phaseTransitions[entry.phase].includes(phase),
    `task ${entry.record.id} cannot go from ${entry.phase} to ${phase}`,
  )
  entry.phase = phase
}

/** Promises a ballot to run the task: the peer that began it counts as its bearer until another says that it has it. */
export function promise(entry: Entry, ballot: Ballot): void {
  entry.promised = ballot
  entry.borneUnder = ballot
  entry.bearer = { peer: ballot.peer, incarnation: ballot.incarnation }
  entry.heard = false
  entry.released = false
  entry.unwon = false
  entry.bearerState = 'waiting'
  entry.keptIn = undefined
}

/** Promises a ballot only to end the task: its bearer stays known, since it has yet to stop. */
export function promiseEnd(entry: Entry, ballot: Ballot): void {
  entry.promised = ballot
  entry.unwon = false
}

/** The entry becomes a pointer, of a version in which this peer has promised and accepted nothing. */
export function forgetVotes(entry: Entry): void {
  entry.promised = { counter: 0, peer: entry.promised.peer, incarnation: 0 }
  entry.unwon = false
  entry.accepted = undefined
  forgetBearer(entry)
}

/** The bearer is unknown from here on. No life has incarnation 0, so no peer's STOPPED counts as that of the bearer. */
export function forgetBearer(entry: Entry): void {
  const { peer } = entry.promised
  entry.bearer = { peer, incarnation: 0 }
  entry.borneUnder = { counter: 0, peer, incarnation: 0 }
}

/** How long the lease that was granted last still runs, whoever has it. */
export function grantedLeftMs({ leasedUntilMs }: Entry, now: number): number {
  return Math.max(0, Math.ceil(leasedUntilMs - now))
}

/** The bearer said itself that the task is queued or runs with it. A baton that only waits may have been passed on since. */
export function runsAtBearer({ heard, bearerState }: Entry): boolean {
  return heard && bearerState !== 'waiting'
}

/** Who bears the task as far as is known here, for a PROMISE or an undertaking. */
export function lastBearerOf(entry: Entry) {
  return { ballot: entry.borneUnder, bearer: entry.bearer, runs: runsAtBearer(entry) }
}

/** The outcome, where it is known to be chosen. */
export function outcomeOf(entry: Entry): Outcome | undefined {
  const decree = entry.phase === 'closed' ? entry.accepted?.decree : undefined
  return decree?.kind === 'outcome' ? decree.outcome : undefined
}

/** The state that people see. */
export function stateOf(entry: Entry): TaskState {
  if (entry.phase === 'closed') return 'closed'
  if (entry.phase === 'storing') return 'storing'
  if (entry.ending || entry.word || entry.accepted?.decree.kind === 'outcome') return 'ending'
  return entry.bearerState
}

/** Adds an event to the timeline. Over the limit the second oldest goes: the first one (accepted) stays. */
export function noteEvent(entry: Entry, event: TaskEvent, limit: number): void {
  const last = entry.timeline.at(-1)
  // A state that is told again, as after each change of custodians, goes on: since when must not change.
  if (goesOn.has(event.event) && last?.event === event.event && last.detail === event.detail) return
  if (entry.timeline.length >= limit) entry.timeline.splice(1, 1)
  entry.timeline.push({ ...event, detail: event.detail.slice(0, 200) })
}

/** Events that begin a state, which lasts until the next event. */
const goesOn = new Set(['waiting', 'queued', 'running'])

/** Codes of attempts that custodians suppose of a bearer that they did not hear from. */
const supposed = new Set(['vanished', 'cut-off'])

/** Adds attempts that were not known here. Each ballot counts once; what its bearer said replaces what was supposed. */
export function mergeAttempts(known: readonly Attempt[], more: readonly Attempt[], limit = 128): Attempt[] {
  const merged = [...known]
  for (const attempt of more) {
    const at = merged.findIndex(({ ballot }) => compareBallots(ballot, attempt.ballot) === 0)
    if (at < 0 && merged.length < limit) merged.push(attempt)
    else if (at >= 0 && supposed.has(merged[at]!.code)) merged[at] = attempt
  }
  return merged
}
