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

/** Somebody who is told of every change. */
export interface Watcher {
  peer: PeerId
  ask: number
  untilMs: number
}

/** A bearer whose tasks wait for the end of one that is kept here. */
interface EndWatcher {
  peer: PeerId
  untilMs: number
}

/**
 * storing: not yet on disk · open: its decree is not known to be chosen · closed: its outcome is · moved: others keep
 * it, and this is a pointer to them.
 */
export type Phase = 'storing' | 'open' | 'closed' | 'moved'

export const phaseTransitions: Record<Phase, readonly Phase[]> = {
  storing: ['open', 'closed', 'moved'],
  open: ['closed', 'moved'],
  closed: ['moved'],
  // a custodian that was replaced may be chosen again for a later version
  moved: ['storing', 'closed'],
}

/** What a bearer had of a task when it was last heard of, as far as this custodian knows. */
export interface LostRun {
  bearer: Bearer
  /** under which it had it */
  ballot: Ballot
  state: 'queued' | 'running'
  /** when this custodian first heard of that, by its own wall clock; absent: it was not told */
  sinceWallMs?: WallMillis
  /** counts from 1 */
  attempt: number
}

/** One task in a custodian's hands. */
export interface Entry {
  record: TaskRecord
  phase: Phase
  /** the record and the votes are on disk as they are now, or later votes are on their way there */
  kept: boolean
  /** another version of it was known here before: an end of that may be on disk */
  again: boolean
  /** rises whenever what is on disk is no longer enough: a write from before then confirms nothing */
  generation: number
  /** votes handed to the disk that it has not answered */
  inFlight: number
  /** writes of it that the disk refused: what was answered on top of one of them would not be safe */
  losses: number
  /** somebody was told that it is known here, and counts on it: a drop comes too late */
  relied: boolean
  /** the highest ballot granted in this version; never falls (I3) */
  promised: Ballot
  /** the decree accepted last, if any; chosen once the phase is closed or moved */
  accepted: Accepted | undefined
  /** who bears it, as far as is known: at first whoever began the promised ballot */
  bearer: Bearer
  /** the ballot under which it does: the promised one, unless that was promised to end the task */
  borneUnder: Ballot
  /** the bearer itself said that it has it */
  heard: boolean
  /** the bearer gave it up: nobody vanished */
  released: boolean
  /** the promised ballot is this life's own and no majority has promised it yet: nobody bears it, and it may be given up */
  unwon: boolean
  /** what the bearer before had when another was promised the task: until that says that it has it, or the loss is told */
  lost?: LostRun | undefined
  /** until when its lease runs, the grace after it included */
  leasedUntilMs: number
  /** what the bearer last said it does with it */
  bearerState: TaskState
  /** how often it went on to another bearer since its first, as the present one last said; absent: never */
  moves?: number | undefined
  /** who had it before under this ballot, as the present bearer last said of what has not begun there */
  path?: readonly PeerId[] | undefined
  attempts: Attempt[]
  decision: Decision | undefined
  /** a run may have begun under this ballot or an earlier one, as its bearer asked leave to (starts: at-most-once) */
  begun: boolean
  /** the life of this peer that runs it itself under the promised ballot, where it is the only custodian */
  keptIn: Incarnation | undefined
  /** how it is to end, once its bearer is fenced */
  ending: Ending | undefined
  /**
   * Somebody gave up what its removed custodians knew of it, which were most: those that are left end it. Until the next start
   * alone, where nothing came of it by then.
   */
  givenUp: boolean
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
    givenUp: false,
    cancellers: [],
    watchers: [],
    endWatchers: [],
    timeline: [],
  }
}

/** What is on disk is no longer enough: record, votes and end go there with the next write. */
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

/** A ballot that was just promised: whoever began it bears the task, as far as is known. */
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

/** A ballot that was promised to end the task: whoever bore it before has yet to stop. */
export function promiseEnd(entry: Entry, ballot: Ballot): void {
  entry.promised = ballot
  entry.unwon = false
}

/** A pointer votes on nothing. */
export function forgetVotes(entry: Entry): void {
  entry.promised = { counter: 0, peer: entry.promised.peer, incarnation: 0 }
  entry.unwon = false
  entry.accepted = undefined
  forgetBearer(entry)
}

/** Nobody's word that it has stopped counts: no life of a peer has this incarnation. */
export function forgetBearer(entry: Entry): void {
  const { peer } = entry.promised
  entry.bearer = { peer, incarnation: 0 }
  entry.borneUnder = { counter: 0, peer, incarnation: 0 }
}

/** How long the lease that was granted last still runs, whoever has it. */
export function grantedLeftMs({ leasedUntilMs }: Entry, now: number): number {
  return Math.max(0, Math.ceil(leasedUntilMs - now))
}

/** Its bearer said itself that it has it to run: then it did not pass it on. Of any other nobody here can tell. */
export function runsAtBearer({ heard, bearerState }: Entry): boolean {
  return heard && bearerState !== 'waiting'
}

/** Who bears it, as far as is known here. */
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
  if (entry.ending || entry.accepted?.decree.kind === 'outcome') return 'ending'
  return entry.bearerState
}

/** Adds to the task's life; the first event (accepted) stays when the middle has to go. */
export function noteEvent(entry: Entry, event: TaskEvent, limit: number): void {
  const last = entry.timeline.at(-1)
  // Told again, as with every new set of custodians: it goes on as it did, and since then.
  if (goesOn.has(event.event) && last?.event === event.event && last.detail === event.detail) return
  if (entry.timeline.length >= limit) entry.timeline.splice(1, 1)
  entry.timeline.push({ ...event, detail: event.detail.slice(0, 200) })
}

/** Events that are a state, which lasts */
const goesOn = new Set(['waiting', 'queued', 'running'])

/** What a custodian supposes of a bearer that it did not hear from. */
const supposed = new Set(['vanished', 'cut-off'])

/** Adds attempts that were not known here; each ballot counts once, by what its bearer said where anybody heard that. */
export function mergeAttempts(known: readonly Attempt[], more: readonly Attempt[], limit = 128): Attempt[] {
  const merged = [...known]
  for (const attempt of more) {
    const at = merged.findIndex(({ ballot }) => compareBallots(ballot, attempt.ballot) === 0)
    if (at < 0 && merged.length < limit) merged.push(attempt)
    else if (at >= 0 && supposed.has(merged[at]!.code)) merged[at] = attempt
  }
  return merged
}
