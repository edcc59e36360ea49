import type { HostConfig } from '@souk/host'
import type { MarketConfig } from '@souk/market'
import type { Message, Offer, Role } from '@souk/wire'
import { defaultConfig, type Peer, type PeerConfig, type Reply, type RunOrder, type TraceEvent } from '../src/index.ts'
import { offer } from './fixtures.ts'

/** Its slots, or all of its offer. */
export type Host = number | { slots: number; role?: Role; offer?: Partial<Offer>; tenants?: Partial<Tenants> }

/** What its owner says of tenants. */
interface Tenants {
  quotas: HostConfig['quotas']
  waitingMax: MarketConfig['tenantWaitingMax']
}

/** One host of a mesh: its peer, its disk, and what could be seen of it. */
export interface Node {
  name: string
  peer: Peer
  role: Role
  offer: Offer
  tenants: Partial<Tenants>
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
  const { slots, role = 'host', offer: over = {}, tenants = {} } = typeof host === 'number' ? { slots: host } : host
  return {
    name,
    peer: undefined as never,
    role,
    offer: offer(slots, over),
    tenants,
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

/** The peer's configuration, with what its owner says. */
export function configOf({ tenants: { quotas = {}, waitingMax = {} } }: Node): PeerConfig {
  const config = defaultConfig()
  return {
    ...config,
    host: { ...config.host, quotas },
    market: { ...config.market, tenantWaitingMax: waitingMax },
  }
}
