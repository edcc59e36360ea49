import { invariant, type Millis } from '@souk/kernel'
import type {
  Attempt,
  Ballot,
  Baton,
  Bearer,
  Decision,
  Outcome,
  PeerId,
  RunResult,
  Taker,
  TaskRecord,
} from '@souk/wire'

/**
 * waiting: market places it · offered: this host was asked; where it has no room it may wait here · beginning: its custodians are asked whether it may start
 * (starts: at-most-once) · queued, running: on this host · handed: passed on to one named peer that has not answered
 * yet · committing: it has an outcome that the custodians have not confirmed.
 */
export type BorneState = 'waiting' | 'offered' | 'beginning' | 'queued' | 'running' | 'handed' | 'committing'

export const borneTransitions: Record<BorneState, readonly BorneState[]> = {
  waiting: ['handed', 'beginning', 'queued', 'committing'],
  offered: ['waiting', 'beginning', 'queued', 'handed'],
  beginning: ['queued'],
  queued: ['waiting', 'running', 'committing'],
  running: ['committing'],
  handed: [],
  committing: [],
}

/** What market chose for a waiting baton. */
export type Placing =
  | { choice: 'keep'; alternative: number }
  | { choice: 'handOver'; to: Taker; alternates: Taker[]; chosenMs: Millis }
  | { choice: 'unplaceable'; message: string }
  /** what it waits for did not end as wanted */
  | { choice: 'stranded'; code: string; message: string }

/**
 * The next version of a borne task's custodians. proposing: the decree is being chosen, under the bearer's ballot ·
 * storing: the new ones get the record, under a new ballot.
 */
export interface Succession {
  readonly custodians: PeerId[]
  stage: 'proposing' | 'storing'
  /** storing: the ballot under which this peer bears it in the next version */
  ballot: Ballot
  /** storing: when they were sent the record first; with it their leases begin */
  storedMs: Millis
  /** proposing: who has accepted it */
  confirmed: Set<PeerId>
  stored: Set<PeerId>
  already: Set<PeerId>
  /** storing: how often this was said */
  tries: number
}

/** A baton in this peer's hands (or just passed on). */
export interface Borne {
  record: TaskRecord
  /** under which its custodians know this bearer */
  ballot: Ballot
  /** under which it was begun here, which may be of an earlier version: what the host knows it by, and its fence */
  runBallot: Ballot
  readonly attempts: Attempt[]
  /** in these hands since */
  readonly sinceMs: Millis
  /** the first lease counts from here: what its custodians last heard of it before it came, or before they were new */
  leasedMs: Millis
  /** its custodians know of this bearer from the start; otherwise only once a majority has confirmed it */
  announced: boolean
  state: BorneState
  /** its record is on disk where it must be: only then may it run or be handed over */
  durable: boolean
  /** what it is given here of what it asks for; 0: the request itself */
  alternative: number
  /** how its place was chosen, or why it waits, as its custodians were told last */
  decision?: Decision
  /** what was decided before it could be done */
  pending?: Placing
  /** as it was handed over, for the retry to that same peer and no other */
  handed?: { to: Taker; baton: Baton; atMs: Millis }
  /** a baton that was offered to this host, and by whom */
  offered?: { from: Bearer; baton: Baton }
  outcome?: Outcome
  /** who has confirmed the outcome, or (beginning) that it may start */
  confirmed: Set<PeerId>
  /** of those that confirmed the outcome: others wait there to hear that it is chosen */
  awaitedAt?: Set<PeerId>
  /** custodians that refuse it; only a majority fences */
  fencedBy: Set<PeerId>
  /** its custodians are being replaced: it neither leaves nor ends meanwhile */
  next?: Succession
  /** set when it was told to end: what to say once nothing runs */
  ending?: 'cancelled' | 'fenced' | 'lease-lost' | 'shutdown' | 'draining' | 'pressure' | 'outrun'
  /** ending as outrun: what a second run of it under this ballot came to, and where */
  outrun?: { host: PeerId; result: RunResult }
  /** a newer baton of the same task, which came while this one still runs: one run at a time */
  after?: { record: TaskRecord; ballot: Ballot; attempts: Attempt[]; leasedMs: Millis; durable: boolean }
}

export function enterBorne(borne: Borne, state: BorneState): void {
  invariant(
    borneTransitions[borne.state].includes(state),
    `baton of ${borne.record.id} cannot go from ${borne.state} to ${state}`,
  )
  borne.state = state
}

/** Its custodians gave leave to start it here, and it starts at most once. */
export function mayHaveBegun({ record, state }: Borne): boolean {
  return record.spec.starts === 'at-most-once' && state !== 'waiting' && state !== 'offered'
}

export const attemptOf = (borne: Borne): number => borne.attempts.length + 1

/** A baton as it comes into these hands; `leasedMs`: when its custodians were last told of it. */
export function newBorne(
  record: TaskRecord,
  ballot: Ballot,
  facts: { attempts: Attempt[]; now: Millis; leasedMs: Millis; announced: boolean; durable: boolean },
): Borne {
  return {
    record,
    ballot,
    runBallot: ballot,
    attempts: facts.attempts,
    sinceMs: facts.now,
    leasedMs: facts.leasedMs,
    announced: facts.announced,
    state: facts.announced ? 'waiting' : 'offered',
    durable: facts.durable,
    alternative: 0,
    confirmed: new Set(),
    fencedBy: new Set(),
  }
}
