import { invariant, type Millis } from '@souk/kernel'
import type { Attempt, Ballot, Baton, Bearer, Outcome, TaskRecord } from '@souk/wire'

/**
 * waiting: market places it · offered: this host was asked · queued, running: on this host · handed: passed on to one
 * named peer that has not answered yet · committing: it has an outcome that the custodians have not confirmed.
 */
export type BorneState = 'waiting' | 'offered' | 'queued' | 'running' | 'handed' | 'committing'

export const borneTransitions: Record<BorneState, readonly BorneState[]> = {
  waiting: ['handed', 'queued', 'committing'],
  offered: ['queued', 'handed'],
  queued: ['running', 'committing'],
  running: ['committing'],
  handed: [],
  committing: [],
}

/** What market chose for a waiting baton. */
export type Placing =
  | { choice: 'keep' }
  | { choice: 'handOver'; to: Bearer; alternates: Bearer[] }
  | { choice: 'unplaceable'; message: string }

/** A baton in this peer's hands (or just passed on). */
export interface Borne {
  readonly record: TaskRecord
  readonly ballot: Ballot
  readonly attempts: Attempt[]
  readonly sinceMs: Millis
  state: BorneState
  /** its record is on disk where it must be: only then may it run or be handed over */
  durable: boolean
  /** what was decided before it was durable */
  pending?: Placing
  /** as it was handed over, for the retry to that same peer and no other */
  handed?: { to: Bearer; baton: Baton; atMs: Millis }
  /** a baton that was offered to this host, and by whom */
  offered?: { from: Bearer; baton: Baton }
  outcome?: Outcome
  /** who has confirmed the outcome */
  confirmed: Set<string>
  /** custodians that refuse it; only a majority fences */
  fencedBy: Set<string>
  /** set when it was told to end: what to say once nothing runs */
  ending?: 'cancelled' | 'fenced' | 'lease-lost' | 'shutdown'
}

export function enterBorne(borne: Borne, state: BorneState): void {
  invariant(
    borneTransitions[borne.state].includes(state),
    `baton of ${borne.record.id} cannot go from ${borne.state} to ${state}`,
  )
  borne.state = state
}

export const attemptOf = (borne: Borne): number => borne.attempts.length + 1
