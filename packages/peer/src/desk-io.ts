import type { Millis } from '@souk/kernel'
import type { Ballot, MessageOf, PeerId, TaskId } from '@souk/wire'
import type { Reply } from './effects.ts'
import type { ClientRef } from './inputs.ts'
import type { Listing } from './listing.ts'
import type { Search } from './search.ts'

/** What the desk must know of the others. */
export interface DeskView {
  /** peers that can be asked and may know the task, likeliest first; `away`: its likely custodians that cannot be asked */
  whoKnows(task: TaskId): { peers: PeerId[]; away: PeerId[] }
  reachable(peer: PeerId): boolean
  /** members that can be asked, this peer included, by id; and members that cannot */
  askable(): { peers: PeerId[]; away: PeerId[] }
}

/** Answers to the desk's questions. */
export type DeskMessage = MessageOf<'view' | 'cancelled' | 'listed' | 'output' | 'moved'>

export type DeskInput =
  | { type: 'wake' }
  | { type: 'query'; client: ClientRef; task: TaskId; watch: boolean }
  | { type: 'cancel'; client: ClientRef; task: TaskId; reason: string; unendable?: true }
  | { type: 'list'; client: ClientRef; query: Omit<MessageOf<'list'>, 't' | 'ask' | 'without'>; everywhere: boolean }
  | { type: 'follow'; client: ClientRef; task: TaskId }
  | { type: 'gone'; client: ClientRef }
  | { type: 'message'; from: PeerId; message: DeskMessage }

export type DeskEffect =
  | { type: 'send'; to: PeerId; message: MessageOf<'query' | 'cancel' | 'list' | 'follow'> }
  | { type: 'reply'; client: ClientRef; reply: Reply }

/** A question about a task, put to one peer after the other. */
export interface Asked extends Search {
  client: ClientRef
  task: TaskId
}

/** `awayTold`: the client has been told since the last view that no peer which can be asked knows the task */
export type Query = Asked & { kind: 'query'; watch: boolean; awayTold: boolean }
/** `said`: goes with every message of this cancel; `byMs`: the client is answered by then */
export type Cancel = Asked & { kind: 'cancel'; said: { reason: string; unendable?: true }; byMs: Millis }
export type Follow = Asked & { kind: 'follow'; bearer: PeerId | undefined; ballot?: Ballot }
export type List = { kind: 'list'; client: ClientRef; listing: Listing }
export type Ask = Query | Cancel | Follow | List
