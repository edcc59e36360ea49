import { invariant, type Millis } from '@souk/kernel'
import type {
  Attempt,
  Ballot,
  Bearer,
  Decision,
  Incarnation,
  Outcome,
  PeerId,
  TaskEvent,
  TaskRecord,
  TaskState,
} from '@souk/wire'

/** A local client that submitted it, and its own number for it. */
export interface Submitter {
  client: number
  tag: number
}

/** Somebody who is told of every change. */
export interface Watcher {
  peer: PeerId
  ask: number
  untilMs: Millis
}

/**
 * storing: not yet on disk · open: somebody bears it, or a new ballot is being written · ending: fenced to be
 * cancelled, waiting until nothing of it runs · closing: its outcome is being written · closed.
 */
export type Phase = 'storing' | 'open' | 'ending' | 'closing' | 'closed'

export const phaseTransitions: Record<Phase, readonly Phase[]> = {
  storing: ['open'],
  open: ['ending', 'closing'],
  ending: ['closing'],
  // back to open when the disk refused an outcome that its bearer will commit again
  closing: ['closed', 'open'],
  closed: [],
}

/** One task in a custodian's hands. */
export interface Entry {
  readonly record: TaskRecord
  phase: Phase
  /** the highest ballot granted; never falls (I3) */
  promised: Ballot
  bearer: Bearer | undefined
  /** who can have the baton of the promised ballot; undefined: nobody here knows (this peer has just started) */
  holders: readonly PeerId[] | undefined
  /** the bearer itself said that it has it */
  confirmed: boolean
  /** what the bearer last said it does with it */
  bearerState: TaskState
  attempts: Attempt[]
  decision: Decision | undefined
  outcome: Outcome | undefined
  /** the life of this peer that runs it itself under the promised ballot */
  keptIn: Incarnation | undefined
  /** set while it is being cancelled */
  cancelReason: string | undefined
  cancellers: { peer: PeerId; ask: number }[]
  /** to be told when it is accepted, or refused */
  submitters: Submitter[]
  /** to be told the outcome */
  clients: number[]
  watchers: Watcher[]
  timeline: TaskEvent[]
}

export function newEntry(record: TaskRecord, promised: Ballot): Entry {
  return {
    record,
    phase: 'storing',
    promised,
    bearer: undefined,
    holders: undefined,
    confirmed: false,
    bearerState: 'waiting',
    attempts: [],
    decision: undefined,
    outcome: undefined,
    keptIn: undefined,
    cancelReason: undefined,
    cancellers: [],
    submitters: [],
    clients: [],
    watchers: [],
    timeline: [],
  }
}

export function enterPhase(entry: Entry, phase: Phase): void {
  invariant(
    phaseTransitions[entry.phase].includes(phase),
    `task ${entry.record.id} cannot go from ${entry.phase} to ${phase}`,
  )
  entry.phase = phase
}

/** Whether this peer's word about the task counts: it has the baton, or may have been passed it. */
export function mayHold(entry: Entry, peer: PeerId): boolean {
  return entry.holders === undefined || entry.holders.includes(peer)
}

/** The baton goes to `to`, which may pass it on to the alternates and to no other. */
export function offerTo(entry: Entry, to: Bearer, alternates: readonly Bearer[] = []): void {
  entry.bearer = to
  entry.holders = [to.peer, ...alternates.map(({ peer }) => peer)]
}

/** It is known who has it. */
export function enterHands(entry: Entry, bearer: Bearer): void {
  entry.bearer = bearer
  entry.holders = [bearer.peer]
  entry.confirmed = true
}

/** The state that people see. */
export function stateOf(entry: Entry): TaskState {
  switch (entry.phase) {
    case 'storing':
      return 'storing'
    case 'open':
      return entry.bearerState
    case 'ending':
    case 'closing':
      return 'ending'
    case 'closed':
      return 'closed'
  }
}

/** Adds to the task's life; the first event (accepted) stays when the middle has to go. */
export function noteEvent(entry: Entry, event: TaskEvent, limit: number): void {
  if (entry.timeline.length >= limit) entry.timeline.splice(1, 1)
  entry.timeline.push({ ...event, detail: event.detail.slice(0, 200) })
}
