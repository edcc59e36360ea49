/** A member as the connected peer sees it. */
export interface PeerLine {
  id: string
  name: string
  role: string
  self: boolean
  state: 'alive' | 'suspect' | 'dead' | 'left' | 'unknown'
  connected: boolean
  rttMs?: number
  /** how the connection to it goes: straight, or through a third peer; absent: there is none */
  way?: 'direct' | 'relayed'
  /** megabits a second of the large transfers between the two of late, as this peer saw them */
  receivedMbps?: number
  sentMbps?: number
  summary: string
  capacity: Record<string, unknown>
  free?: Record<string, unknown>
  executors: string[]
  functions: string[]
  labels: Record<string, string>
  running: number
  waiting: number
  draining: boolean
  addresses: string[]
  /** its own word for what it is, by number; a higher one replaces it. Without a time: heard before this peer started */
  advert?: { seq: number; heardAt?: string }
}

/** How far a peer got with another, hop by hop; where `authenticated` is false the way between them is broken. */
export interface LinkLine {
  id: string
  /** '' while it has shown no certificate */
  name: string
  addresses: string[]
  /** an address is known: told by others, by an invitation, or found on the local network */
  discovered: boolean
  /** its addresses were tried at least once */
  dialled: boolean
  /** an encrypted connection is open */
  connected: boolean
  /** how it goes: straight to that peer, or through a third one; absent: it is not open */
  way?: 'direct' | 'relayed'
  /** both have accepted each other's certificate, and the stream between them is open */
  authenticated: boolean
  /** it listens to adverts by gossip */
  subscribed: boolean
  /** megabits a second of the large transfers between the two of late, as this peer saw them */
  receivedMbps?: number
  sentMbps?: number
  /** since the last success */
  failures: number
  lastError?: { code: string; message: string }
}
