import type { HostConfig } from '@souk/host'
import type { MarketConfig } from '@souk/market'
import type { RebalanceConfig } from '@souk/rebalance'
import type { CapacityConfig, DemandConfig } from '@souk/scaling'
import type { Message, Offer, Role } from '@souk/wire'
import { defaultConfig, type Peer, type PeerConfig, type Reply, type RunOrder, type TraceEvent } from '../src/index.ts'
import { offer } from './fixtures.ts'

/** How a host is made: its slots alone, or with more of its offer and its owner's settings. */
export type Host =
  | number
  | {
      slots: number
      role?: Role
      offer?: Partial<Offer>
      tenants?: Partial<Tenants>
      rebalance?: Partial<RebalanceConfig>
      capacity?: Partial<CapacityConfig>
      demand?: Partial<DemandConfig>
    }

/** What the owner of a host has set for tenants. */
interface Tenants {
  quotas: HostConfig['quotas']
  waitingMax: MarketConfig['tenantWaitingMax']
}

/** One host of a mesh: its peer, its disk, its runs, and all that was seen of it. */
export interface Node {
  name: string
  peer: Peer
  role: Role
  offer: Offer
  tenants: Partial<Tenants>
  rebalance: Partial<RebalanceConfig>
  capacity: Partial<CapacityConfig>
  demand: Partial<DemandConfig>
  up: boolean
  incarnation: number
  disk: Map<string, unknown>
  diskFull: boolean
  runs: Map<string, RunOrder>
  /** when the last run of each task began */
  begunMs: Map<string, number>
  /** factor by which every run takes longer */
  slowness: number
  replies: { client: number; reply: Reply; at: number }[]
  traces: TraceEvent[]
  sent: { to: string; message: Message }[]
}

/** A host that is not started yet. */
export function newNode(name: string, host: Host): Node {
  const given = typeof host === 'number' ? { slots: host } : host
  const { slots, role = 'host', offer: over = {}, tenants = {}, rebalance = {} } = given
  const { capacity = {}, demand = {} } = given
  return {
    name,
    peer: undefined as never,
    role,
    offer: offer(slots, over),
    tenants,
    rebalance,
    capacity,
    demand,
    up: false,
    incarnation: 0,
    disk: new Map(),
    diskFull: false,
    runs: new Map(),
    begunMs: new Map(),
    slowness: 1,
    replies: [],
    traces: [],
    sent: [],
  }
}

/** The configuration of a host's peer: defaults and its owner's settings. */
export function configOf({ tenants, rebalance, capacity, demand }: Node): PeerConfig {
  const { quotas = {}, waitingMax = {} } = tenants
  const config = defaultConfig()
  return {
    ...config,
    host: { ...config.host, quotas },
    speculation: { ...config.speculation, on: true },
    rebalance: { ...config.rebalance, ...rebalance },
    capacity: { ...config.capacity, ...capacity },
    demand: { ...config.demand, ...demand },
    market: { ...config.market, tenantWaitingMax: waitingMax },
  }
}
