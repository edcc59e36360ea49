import type { Millis } from '@souk/kernel'
import type { Ballot, MessageOf, PeerId, TaskId } from '@souk/wire'
import type { Reply } from './effects.ts'
import type { ClientRef } from './inputs.ts'
import type { Listing } from './listing.ts'
import type { Search } from './search.ts'

/** What the desk must know of the others. */
export interface DeskView {
  /** everybody who may know of a task and can be asked, likeliest first; `away`: of its likely custodians the others */
  whoKnows(task: TaskId): { peers: PeerId[]; away: PeerId[] }
  reachable(peer: PeerId): boolean
  /** everybody who can be asked, this peer included, by id; and the members that cannot */
  askable(): { peers: PeerId[]; away: PeerId[] }
}

/** Answers to what was asked. */
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

/** `awayTold`: that nobody who may know it can be asked, since it was last told of */
export type Query = Asked & { kind: 'query'; watch: boolean; awayTold: boolean }
/** `said`: with every message of it; `byMs`: whoever asked is answered by then */
export type Cancel = Asked & { kind: 'cancel'; said: { reason: string; unendable?: true }; byMs: Millis }
export type Follow = Asked & { kind: 'follow'; bearer: PeerId | undefined; ballot?: Ballot }
export type List = { kind: 'list'; client: ClientRef; listing: Listing }
export type Ask = Query | Cancel | Follow | List
