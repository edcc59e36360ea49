import type { WallMillis } from '@souk/kernel'
import type { Decision, MessageOf, PeerId, Taker, TaskId, TaskRecord } from '@souk/wire'

/** What custody says of tasks that a WANTED names: `tasks` may leave this bearer; `left` counts the others by reason. */
export interface NamedTasks {
  tasks: readonly TaskId[]
  left: NonNullable<MessageOf<'given'>['left']>
}

export type AuctioneerMessage = MessageOf<'bid' | 'noBid' | 'wanted' | 'accept'>

export type AuctioneerInput =
  | { type: 'start' | 'wall'; wallMs: WallMillis }
  | { type: 'wake' }
  /** this peer bears the task and may place it; `avoid`: peers that had its baton before and may not get it again */
  | { type: 'waiting'; record: TaskRecord; avoid?: readonly PeerId[] }
  | { type: 'withdrawn'; task: TaskId }
  | { type: 'message'; from: PeerId; message: AuctioneerMessage }
  /** a host asks for tasks by name, as a plan told it to */
  | ({ type: 'named'; from: PeerId; message: MessageOf<'wanted'> } & NamedTasks)
  /** room here, this host's offer or the members have changed */
  | { type: 'changed' }
  /** a run of this class has ended, here or on another host */
  | { type: 'duration'; class: string; runMs: number }

export type AuctioneerEffect =
  | { type: 'send'; to: PeerId; message: MessageOf<'quote' | 'given' | 'over'> }
  | { type: 'award'; tasks: TaskId[]; to: Taker; alternates: Taker[]; decision: Decision }
  | { type: 'keep'; tasks: TaskId[]; alternative: number; decision: Decision }
  /** these tasks cannot be placed now; a task is named again only when the code changes */
  | { type: 'waits'; tasks: TaskId[]; code: string; decision: Decision }
  | { type: 'unplaceable'; task: TaskId; message: string; decision: Decision }
  | { type: 'asked'; lot: number; class: string; count: number; asked: number }
  | { type: 'closed'; lot: number; bids: number; awarded: number; closed: string; tookMs: number }
  /** the auctioneer leaves this bidder out for `forMs`: lies: it bid more than its advert has; broken: it accepts no awards */
  | { type: 'distrusted'; peer: PeerId; code: 'lies' | 'broken'; forMs: number }
  /** `to` has room but had this baton before and may not get it again: the custodians can hand the task out anew */
  | { type: 'handBack'; task: TaskId; to: PeerId }
  | { type: 'given'; to: PeerId; count: number }
