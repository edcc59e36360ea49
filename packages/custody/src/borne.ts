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
 * What becomes of a baton in hand. waiting: market is to place it · offered: another peer hands it over, and this host has not
 * said whether it takes it · beginning: custodians are asked for leave to start it (starts: at-most-once) · queued, running:
 * on this host · handed: passed on to one named peer that has not answered yet · committing: an outcome is proposed.
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
  /** what the task waits for (`after:`) did not end as wanted */
  | { choice: 'stranded'; code: string; message: string }

/**
 * The change of a borne task's custodians to the next version. proposing: the present custodians are to choose the next set,
 * under the bearer's ballot · storing: the next custodians are to store the record, under a new ballot of this peer.
 */
export interface Succession {
  readonly custodians: PeerId[]
  stage: 'proposing' | 'storing'
  /** storing: the ballot under which this peer bears the task in the next version */
  ballot: Ballot
  /** storing: when the next custodians were first sent the record, with which their leases begin */
  storedMs: Millis
  /** proposing: custodians that have accepted the next set */
  confirmed: Set<PeerId>
  /** storing: who has answered STORED, and ALREADY */
  stored: Set<PeerId>
  already: Set<PeerId>
  /** storing: how often the STOREs were sent */
  tries: number
}

/** A baton in this peer's hands (or just passed on). */
export interface Borne {
  record: TaskRecord
  /** the ballot under which the task's custodians know this bearer */
  ballot: Ballot
  /** the ballot under which it was taken here, perhaps of an earlier version: the host's name for the run, and its fence */
  runBallot: Ballot
  readonly attempts: Attempt[]
  /** in these hands since */
  readonly sinceMs: Millis
  /** the first lease counts from here: when the giver's was last confirmed, or custodians were sent the record or PREPARE */
  leasedMs: Millis
  /** custodians know of this bearer from the start; false: of a baton from another peer only once a majority confirmed it */
  announced: boolean
  state: BorneState
  /** a majority has the record on disk: only then may the task run, or its baton be handed over */
  durable: boolean
  /** which of its requests the task is given here; 0: the request itself, else an alternative */
  alternative: number
  /** how its place was chosen, or why it waits, as last noted for its custodians */
  decision?: Decision
  /** what market chose before it could be done: the task was not durable yet, or its custodians are being replaced */
  pending?: Placing
  /** the handover, for the retry to that same life of that peer and no other */
  handed?: { to: Taker; baton: Baton; atMs: Millis }
  /** the baton as another peer handed it over, and which */
  offered?: { from: Bearer; baton: Baton }
  outcome?: Outcome
  /** custodians that have confirmed the outcome, or (beginning) given leave to start */
  confirmed: Set<PeerId>
  /** custodians at which bearers wait for the end of this task: they are told without delay that it is chosen */
  awaitedAt?: Set<PeerId>
  /** custodians that refuse this ballot; only a majority fences */
  fencedBy: Set<PeerId>
  /** custodians are being replaced: meanwhile the baton does not leave, and no outcome is proposed */
  next?: Succession
  /** why the run was told to end, which decides what is said once it has stopped */
  ending?: 'cancelled' | 'fenced' | 'lease-lost' | 'shutdown' | 'draining' | 'pressure' | 'outrun'
  /** ending as outrun: the result of the second run under this ballot, and its host */
  outrun?: { host: PeerId; result: RunResult }
  /** a newer baton of the same task, borne once this run has stopped: one run of a task at a time */
  after?: { record: TaskRecord; ballot: Ballot; attempts: Attempt[]; leasedMs: Millis; durable: boolean }
}

export function enterBorne(borne: Borne, state: BorneState): void {
  invariant(
    borneTransitions[borne.state].includes(state),
    `baton of ${borne.record.id} cannot go from ${borne.state} to ${state}`,
  )
  borne.state = state
}

/** States of a baton under which nothing of its task begins here; whoever it was handed to asks custodians for leave itself. */
const before = new Set<Borne['state']>(['waiting', 'offered', 'handed'])

/** Whether custodians have to be told that a run of a task that starts at most once may have begun here. */
export function mayHaveBegun({ record, state }: Borne): boolean {
  return record.spec.starts === 'at-most-once' && !before.has(state)
}

export const attemptOf = (borne: Borne): number => borne.attempts.length + 1

/** A baton as it comes into this peer's hands; `leasedMs`: when custodians last confirmed its lease, or granted it. */
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
