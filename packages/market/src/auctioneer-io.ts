import type { WallMillis } from '@souk/kernel'
import type { Decision, MessageOf, PeerId, Taker, TaskId, TaskRecord } from '@souk/wire'

/** Which of them may go, by custody, and how many of the others may not, and why. */
export interface NamedTasks {
  tasks: readonly TaskId[]
  left: NonNullable<MessageOf<'given'>['left']>
}

export type AuctioneerMessage = MessageOf<'bid' | 'noBid' | 'wanted' | 'accept'>

export type AuctioneerInput =
  | { type: 'start' | 'wall'; wallMs: WallMillis }
  | { type: 'wake' }
  /** a baton of ours that may be placed, with anybody but those who had it before */
  | { type: 'waiting'; record: TaskRecord; avoid?: readonly PeerId[] }
  | { type: 'withdrawn'; task: TaskId }
  | { type: 'message'; from: PeerId; message: AuctioneerMessage }
  /** a host asks for tasks by name: these of them may go from here, and these not */
  | ({ type: 'named'; from: PeerId; message: MessageOf<'wanted'> } & NamedTasks)
  /** this host has more room, or offers something else, or who is there has changed */
  | { type: 'changed' }
  /** how long a run of this class took, wherever it ran */
  | { type: 'duration'; class: string; runMs: number }

export type AuctioneerEffect =
  | { type: 'send'; to: PeerId; message: MessageOf<'quote' | 'given' | 'over'> }
  | { type: 'award'; tasks: TaskId[]; to: Taker; alternates: Taker[]; decision: Decision }
  | { type: 'keep'; tasks: TaskId[]; alternative: number; decision: Decision }
  /** told once for each task that cannot be placed now */
  | { type: 'waits'; tasks: TaskId[]; code: string; decision: Decision }
  | { type: 'unplaceable'; task: TaskId; message: string; decision: Decision }
  | { type: 'asked'; lot: number; class: string; count: number; asked: number }
  | { type: 'closed'; lot: number; bids: number; awarded: number; closed: string; tookMs: number }
  /** what it bid was again and again more than it has, or it takes nothing of what it is given: left out for so long */
  | { type: 'distrusted'; peer: PeerId; code: 'lies' | 'broken'; forMs: number }
  /** that host has room for it and had it before, so it must not have it again under this ballot */
  | { type: 'handBack'; task: TaskId; to: PeerId }
  | { type: 'given'; to: PeerId; count: number }
