import type { Breach } from '@souk/host'
import type { Millis } from '@souk/kernel'
import type { Straggler } from '@souk/rebalance'
import type { Ballot, Decision, OutcomeKind, PeerId, TaskId } from '@souk/wire'

/** What can be seen of a peer's thinking: one stream that logs, metrics, console and checkers read. */
export type TraceEvent = { at: Millis } & (
  | { type: 'peer.started'; incarnation: number; stored: number }
  | { type: 'peer.leaving' }
  /** it takes nothing new; what runs after `deadlineMs` is stopped and given back */
  | { type: 'peer.draining'; deadlineMs?: Millis }
  /** nothing is left here but what only this peer keeps */
  | { type: 'peer.drained' }
  | { type: 'peer.undrained' }
  /** too little memory or disk, or it cannot keep up: it takes nothing, and gives up what waits in its queue */
  | { type: 'pressure.began'; code: string; detail: string }
  | { type: 'pressure.ended'; forMs: Millis }
  | { type: 'link.up'; peer: PeerId; name: string }
  | { type: 'link.down'; peer: PeerId }
  /** for good: by a person with the key of the mesh, or since it was started to go again */
  | { type: 'member.removed'; peer: PeerId }
  | { type: 'member.state'; peer: PeerId; state: 'alive' | 'suspect' | 'dead' | 'left'; incarnation: number }
  | { type: 'member.advert'; peer: PeerId; seq: number }
  | { type: 'task.submitted'; task: TaskId; class: string; traceparent?: string }
  | { type: 'task.stored'; task: TaskId }
  | { type: 'task.accepted'; task: TaskId }
  | { type: 'task.refused'; code: string; message: string }
  | { type: 'task.waiting'; task: TaskId; code: string }
  /** everything in its `after` has ended as wanted */
  | { type: 'task.released'; task: TaskId }
  | { type: 'task.awarded'; task: TaskId; ballot: Ballot; to: PeerId; decision: Decision }
  | { type: 'task.received'; task: TaskId; ballot: Ballot; from: PeerId; traceparent?: string }
  | { type: 'task.bounced'; task: TaskId; ballot: Ballot; code: string; to: PeerId | undefined }
  | { type: 'task.queued'; task: TaskId; ballot: Ballot }
  /** its executor is to begin it as soon as that one is over */
  | { type: 'task.lined'; task: TaskId; ballot: Ballot; behind: TaskId }
  /** out of the queue of this host, to be placed anew */
  | { type: 'task.putBack'; task: TaskId; ballot: Ballot; code: string }
  /** its run here is to end with its checkpoint, since this host stays short of memory, and goes on elsewhere */
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
  /** it runs here far longer than its like: said once, and not undone when it ends after all */
  | ({ type: 'task.straggles' } & Straggler)
  /** a second run of it has begun there, under the ballot of this bearer */
  | { type: 'task.backedUp'; task: TaskId; ballot: Ballot; to: PeerId }
  /** there is no second run of it any more, or will be none, and why */
  | { type: 'task.unbacked'; task: TaskId; ballot: Ballot; code: string }
  /** the second run was faster: its result is proposed once the run here has stopped */
  | { type: 'task.outrun'; task: TaskId; ballot: Ballot; host: PeerId }
  | { type: 'task.ran'; task: TaskId; ballot: Ballot; end: string; runMs: Millis }
  | { type: 'task.stop'; task: TaskId; ballot: Ballot; code: string }
  /** `checkpointBytes`: it left so much for the run that goes on elsewhere */
  | { type: 'task.givenUp'; task: TaskId; ballot: Ballot; code: string; checkpointBytes?: number }
  | { type: 'task.leaseLost'; task: TaskId; ballot: Ballot }
  /** its host died: what it had of it has ended, as the one says that takes it up. Under its ballot; since when, as far as known */
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
  /** its bearer knows that a majority has accepted its outcome */
  | { type: 'task.chosen'; task: TaskId; ballot: Ballot }
  /** others keep it from now on */
  | { type: 'task.moved'; task: TaskId; version: number; custodians: PeerId[] }
  /** `whole`: at its origin, where that keeps it, else at the first of its custodians; since the submit by both clocks */
  | {
      type: 'task.closed'
      task: TaskId
      ballot: Ballot
      kind: OutcomeKind
      code: string
      whole?: { class: string; tookMs: Millis; traceparent?: string }
    }
  /** what is promised, what runs and what is used do not go together */
  | ({ type: 'audit.breach' } & Breach)
  /** forecasts of this class cost less than keeping what was used last, so they decide what stands warm; or no more */
  | { type: 'warm.promoted'; class: string; buckets: number; forecastCost: number; lastUsedCost: number }
  | { type: 'warm.demoted'; class: string; buckets: number; forecastCost: number; lastUsedCost: number }
  | { type: 'warm.ordered'; class: string; workers: number; before: number; code: string }
  /** `detail`: why they did not get warm, as far as it is known; `again`: as the last time */
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
  /** room that was bid for a long task is kept from others for `ms` · its award came after so long · nobody awarded it */
  | { type: 'hold.reserved' | 'hold.released' | 'hold.expired'; asker: PeerId; lot: number; ms: Millis }
  /** its bids did not hold: it is left out for so long */
  | { type: 'bidder.distrusted'; peer: PeerId; code: string; forMs: Millis }
  | { type: 'wanted.sent'; to: PeerId; count: number }
  | { type: 'wanted.given'; to: PeerId; count: number }
  /** the scaler is told to start or end a peer; the second: whether that was right, as it was seen */
  | { type: 'capacity.ordered'; intent: string; kind: 'grow' | 'shrink'; why: string }
  | { type: 'capacity.judged'; intent: string; kind: 'grow' | 'shrink'; judgement: string; code: string }
  /** others remember a later life of this peer: its store is an old one, and it must not go on */
  | { type: 'store.behind'; own: number; seen: number }
  | { type: 'store.failed'; code: string; message: string }
  | { type: 'message.rejected'; peer: PeerId; tag: string; code: string }
)

export type TraceType = TraceEvent['type']
