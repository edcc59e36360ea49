import type { Message, Offer, Role } from '@souk/wire'
import type { Peer, Reply, RunOrder, TraceEvent } from '../src/index.ts'
import { offer } from './fixtures.ts'

/** Its slots, or all of its offer. */
export type Host = number | { slots: number; role?: Role; offer?: Partial<Offer> }

/** One host of a mesh: its peer, its disk, and what could be seen of it. */
export interface Node {
  name: string
  peer: Peer
  role: Role
  offer: Offer
  up: boolean
  incarnation: number
  disk: Map<string, unknown>
  diskFull: boolean
  runs: Map<string, RunOrder>
  replies: { client: number; reply: Reply; at: number }[]
  traces: TraceEvent[]
  sent: { to: string; message: Message }[]
}

/** Not started yet. */
export function newNode(name: string, host: Host): Node {
  const { slots, role = 'host', offer: over = {} } = typeof host === 'number' ? { slots: host } : host
  return {
    name,
    peer: undefined as never,
    role,
    offer: offer(slots, over),
    up: false,
    incarnation: 0,
    disk: new Map(),
    diskFull: false,
    runs: new Map(),
    replies: [],
    traces: [],
    sent: [],
  }
}
