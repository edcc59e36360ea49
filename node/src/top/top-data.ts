import type { PeerLine, TaskLine } from '@souk/client'

/** A question for bids that a peer put to the others. */
export interface AuctionLine {
  /** who asked */
  by: string
  lot: number
  wallMs: number
  class: string
  tasks: number
  asked: number
  /** absent while it is open */
  closed?: { bids: number; awarded: number; why: string; tookMs: number }
}

/** A task, or some, that went from one peer to another after its first place was chosen. */
export interface MoveLine {
  wallMs: number
  /** who saw it: as a rule the peer where it was before */
  by: string
  /** of the event among those of that peer's life */
  seq: number
  /** what it saw: wanted, bounced, recovered, put back … */
  what: string
  /** of the task; absent where only their count is known */
  task?: string
  tasks: number
  to?: string
  why: string
}

/** What one look at the mesh has shown. */
export interface TopData {
  mesh: string
  self: string
  wallMs: number
  peers: readonly PeerLine[]
  /** open ones first, then the last that ended */
  tasks: readonly TaskLine[]
  tasksTotal: number
  /** peers that did not answer: their tasks, auctions and moves are not listed */
  missing: readonly string[]
  /** newest first */
  auctions: readonly AuctionLine[]
  /** newest first */
  moves: readonly MoveLine[]
  /** why the last look failed; what is shown is older then */
  trouble?: string
}
