import type { Breach } from '@souk/host'
import type { Millis } from '@souk/kernel'
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
  | { type: 'link.up'; peer: PeerId; name: string }
  | { type: 'link.down'; peer: PeerId }
  | { type: 'member.state'; peer: PeerId; state: 'alive' | 'suspect' | 'dead' | 'left'; incarnation: number }
  | { type: 'member.advert'; peer: PeerId; seq: number }
  | { type: 'task.submitted'; task: TaskId; class: string }
  | { type: 'task.stored'; task: TaskId }
  | { type: 'task.accepted'; task: TaskId }
  | { type: 'task.refused'; code: string; message: string }
  | { type: 'task.waiting'; task: TaskId; code: string }
  /** everything in its `after` has ended as wanted */
  | { type: 'task.released'; task: TaskId }
  | { type: 'task.awarded'; task: TaskId; ballot: Ballot; to: PeerId; decision: Decision }
  | { type: 'task.received'; task: TaskId; ballot: Ballot; from: PeerId }
  | { type: 'task.bounced'; task: TaskId; ballot: Ballot; code: string; to: PeerId | undefined }
  | { type: 'task.queued'; task: TaskId; ballot: Ballot }
  | { type: 'task.started'; task: TaskId; ballot: Ballot; attempt: number; alternative?: number }
  | { type: 'task.ran'; task: TaskId; ballot: Ballot; end: string; runMs: Millis }
  | { type: 'task.stop'; task: TaskId; ballot: Ballot; code: string }
  | { type: 'task.givenUp'; task: TaskId; ballot: Ballot; code: string }
  | { type: 'task.leaseLost'; task: TaskId; ballot: Ballot }
  | { type: 'task.recovered'; task: TaskId; ballot: Ballot; code: string }
  /** its bearer knows that a majority has accepted its outcome */
  | { type: 'task.chosen'; task: TaskId; ballot: Ballot }
  /** others keep it from now on */
  | { type: 'task.moved'; task: TaskId; version: number; custodians: PeerId[] }
  | { type: 'task.closed'; task: TaskId; ballot: Ballot; kind: OutcomeKind; code: string }
  /** what is promised, what runs and what is used do not go together */
  | ({ type: 'audit.breach' } & Breach)
  | { type: 'auction.asked'; lot: number; class: string; count: number; asked: number }
  | { type: 'auction.closed'; lot: number; bids: number; awarded: number; closed: string; tookMs: Millis }
  /** its bids did not hold: it is left out for so long */
  | { type: 'bidder.distrusted'; peer: PeerId; code: string; forMs: Millis }
  | { type: 'wanted.sent'; to: PeerId; count: number }
  | { type: 'wanted.given'; to: PeerId; count: number }
  /** others remember a later life of this peer: its store is an old one, and it must not go on */
  | { type: 'store.behind'; own: number; seen: number }
  | { type: 'store.failed'; code: string; message: string }
  | { type: 'message.rejected'; peer: PeerId; tag: string; code: string }
)

export type TraceType = TraceEvent['type']
