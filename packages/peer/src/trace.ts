import type { Breach } from '@souk/host'
import type { Millis } from '@souk/kernel'
import type { Straggler } from '@souk/rebalance'
import type { Ballot, Decision, OutcomeKind, PeerId, TaskId } from '@souk/wire'

/** All that can be watched of a peer: one stream that logs, metrics, console and checkers read. */
export type TraceEvent = { at: Millis } & (
  | { type: 'peer.started'; incarnation: number; stored: number }
  | { type: 'peer.leaving' }
  /** the peer takes nothing new; runs left after `deadlineMs` are stopped and given back */
  | { type: 'peer.draining'; deadlineMs?: Millis }
  /** nothing is left here but tasks that only this peer keeps */
  | { type: 'peer.drained' }
  | { type: 'peer.undrained' }
  /** the host is short of memory or disk, or cannot keep up: it takes nothing and puts back what queues */
  | { type: 'pressure.began'; code: string; detail: string }
  | { type: 'pressure.ended'; forMs: Millis }
  | { type: 'link.up'; peer: PeerId; name: string }
  | { type: 'link.down'; peer: PeerId }
  /** removed for good: by an admin, or because it was started by a scaler to go again */
  | { type: 'member.removed'; peer: PeerId }
  | { type: 'member.state'; peer: PeerId; state: 'alive' | 'suspect' | 'dead' | 'left'; incarnation: number }
  | { type: 'member.advert'; peer: PeerId; seq: number }
  | { type: 'task.submitted'; task: TaskId; class: string; traceparent?: string }
  | { type: 'task.stored'; task: TaskId }
  | { type: 'task.accepted'; task: TaskId }
  | { type: 'task.refused'; code: string; message: string }
  | { type: 'task.waiting'; task: TaskId; code: string }
  /** all tasks in its `after` have ended as wanted */
  | { type: 'task.released'; task: TaskId }
  | { type: 'task.awarded'; task: TaskId; ballot: Ballot; to: PeerId; decision: Decision }
  | { type: 'task.received'; task: TaskId; ballot: Ballot; from: PeerId; traceparent?: string }
  | { type: 'task.bounced'; task: TaskId; ballot: Ballot; code: string; to: PeerId | undefined }
  | { type: 'task.queued'; task: TaskId; ballot: Ballot }
  /** its executor is to begin it as soon as the task `behind` is over */
  | { type: 'task.lined'; task: TaskId; ballot: Ballot; behind: TaskId }
  /** taken out of this host's queue, to be placed anew */
  | { type: 'task.putBack'; task: TaskId; ballot: Ballot; code: string }
  /** this host stays short of memory, so the run here is to end with a checkpoint and go on elsewhere */
  | { type: 'task.shed'; task: TaskId; ballot: Ballot; code: string; memoryBytes: number }
  | {
      type: 'task.started'
      task: TaskId
      ballot: Ballot
      attempt: number
      alternative?: number
      resumed?: true
      backup?: true
    }
  /** the run here takes far longer than others of its class; told once a run */
  | ({ type: 'task.straggles' } & Straggler)
  /** a second run has begun at `to`, under the ballot of this bearer */
  | { type: 'task.backedUp'; task: TaskId; ballot: Ballot; to: PeerId }
  /** the second run has ended without winning, or there will be none; `code`: why */
  | { type: 'task.unbacked'; task: TaskId; ballot: Ballot; code: string }
  /** the second run was faster: its result is proposed once the run here has stopped */
  | { type: 'task.outrun'; task: TaskId; ballot: Ballot; host: PeerId }
  | { type: 'task.ran'; task: TaskId; ballot: Ballot; end: string; runMs: Millis }
  | { type: 'task.stop'; task: TaskId; ballot: Ballot; code: string }
  /** `checkpointBytes`: size of the checkpoint from which another run goes on */
  | { type: 'task.givenUp'; task: TaskId; ballot: Ballot; code: string; checkpointBytes?: number }
  | { type: 'task.leaseLost'; task: TaskId; ballot: Ballot }
  /** a bearer vanished with its run, as the custodian tells that takes the task up; the lost ballot, and how long it had that */
  | {
      type: 'task.runLost'
      task: TaskId
      ballot: Ballot
      peer: PeerId
      state: 'queued' | 'running'
      attempt: number
      forMs?: Millis
      traceparent?: string
    }
  | { type: 'task.recovered'; task: TaskId; ballot: Ballot; code: string; traceparent?: string }
  /** the bearer knows that a majority has accepted the outcome */
  | { type: 'task.chosen'; task: TaskId; ballot: Ballot }
  /** these custodians keep the task from now on */
  | { type: 'task.moved'; task: TaskId; version: number; custodians: PeerId[] }
  /** `whole`: told only by the origin if it keeps the task, else by the first custodian; since the submit, by both wall clocks */
  | {
      type: 'task.closed'
      task: TaskId
      ballot: Ballot
      kind: OutcomeKind
      code: string
      whole?: { class: string; tookMs: Millis; traceparent?: string }
    }
  /** the audit found that what is promised, what runs and what is used do not agree */
  | ({ type: 'audit.breach' } & Breach)
  /** forecasts of this class cost less than keeping what was used last, so they decide on warm workers; or no longer */
  | { type: 'warm.promoted'; class: string; buckets: number; forecastCost: number; lastUsedCost: number }
  | { type: 'warm.demoted'; class: string; buckets: number; forecastCost: number; lastUsedCost: number }
  | { type: 'warm.ordered'; class: string; workers: number; before: number; code: string }
  /** `detail`: why workers did not get warm, if known; `again`: the same as the last time */
  | {
      type: 'warm.done'
      class: string
      workers: number
      tookMs: Millis
      code: string
      detail?: string
      again?: true
    }
  | { type: 'auction.asked'; lot: number; class: string; count: number; asked: number }
  | { type: 'auction.closed'; lot: number; bids: number; awarded: number; closed: string; tookMs: Millis }
  /** a bid for a long task holds its room for `ms` · its award came, or went elsewhere, after `ms` · no word came within `ms` */
  | { type: 'hold.reserved' | 'hold.released' | 'hold.expired'; asker: PeerId; lot: number; ms: Millis }
  /** this bidder did not keep to its bids, and is left out for `forMs` */
  | { type: 'bidder.distrusted'; peer: PeerId; code: string; forMs: Millis }
  | { type: 'wanted.sent'; to: PeerId; count: number }
  | { type: 'wanted.given'; to: PeerId; count: number }
  /** the scaler is told to start or end a peer · afterwards: whether that was right */
  | { type: 'capacity.ordered'; intent: string; kind: 'grow' | 'shrink'; why: string }
  | { type: 'capacity.judged'; intent: string; kind: 'grow' | 'shrink'; judgement: string; code: string }
  /** others remember a later life of this peer: its store is an old copy, and the driver must stop it */
  | { type: 'store.behind'; own: number; seen: number }
  | { type: 'store.failed'; code: string; message: string }
  | { type: 'message.rejected'; peer: PeerId; tag: string; code: string }
)

export type TraceType = TraceEvent['type']
