import type { Breach } from '@souk/host'
import type { Millis, ResourceVector, WallMillis } from '@souk/kernel'
import type { ClassTail, DrainProgress, RebalanceState, Straggler } from '@souk/rebalance'
import type { Member } from '@souk/roster'
import type { CapacityReport } from '@souk/scaling'
import type { Certificate, Incarnation, LoadStamp, Offer, PeerId, Role } from '@souk/wire'
import type { Keeping } from './keeping.ts'
import type { Machines } from './machines.ts'

export interface MemberView {
  peer: PeerId
  name: string
  role: Role
  state: 'alive' | 'suspect' | 'dead' | 'left'
  incarnation: Incarnation
  connected: boolean
  reachable: boolean
  rttMs?: Millis
  load?: LoadStamp
  offer?: Offer
  /** where the offer stands, and when it was heard; without a time: before this peer started */
  advert?: { seq: number; wallMs?: WallMillis }
  addresses: string[]
}

/** The whole peer as plain data, for the API, the console and tests. */
export interface PeerSnapshot {
  self: PeerId
  name: string
  mesh: string
  role: Role
  incarnation: Incarnation
  startedWallMs: WallMillis
  offer: Offer
  free: ResourceVector
  load: LoadStamp
  /** how far it has come with emptying itself */
  drain: DrainProgress
  /** how it moves work, and whether it is under pressure */
  rebalance: RebalanceState
  members: MemberView[]
  keeping: Keeping
  /** by state while open, by outcome once closed */
  tasks: Record<string, number>
  store: { ok: boolean; code?: string; message?: string }
  /** runs of this host that lag far behind their like, and what is known of how long those take */
  stragglers: { runs: Straggler[]; classes: ClassTail[] }
  /** what the last audit of this host has found */
  breaches: readonly Breach[]
  /** what the mesh has and will need in slots, where this peer can start others */
  capacity?: CapacityReport
  counters: Record<string, number>
  custody: unknown
  market: unknown
  host: unknown
}

/** What is told of a peer that none of its machines knows. */
interface OfItself {
  certificate: Certificate | undefined
  startedWallMs: WallMillis
  load: LoadStamp
  drain: DrainProgress
  stragglers: Straggler[]
  rebalance: RebalanceState
  counters: Record<string, number>
  /** what the wall clock said at a time of this peer's clock */
  wallMs(at: Millis): WallMillis
}

export function peerSnapshot(
  machines: Machines,
  { certificate, startedWallMs, load, drain, stragglers, rebalance, counters, wallMs }: OfItself,
): PeerSnapshot {
  const { self, roster, custodian, bidder, host, loads, offer, incarnation, store, keeping } = machines
  const custody = custodian.snapshot()
  return {
    self,
    name: certificate?.name ?? '',
    mesh: certificate?.mesh ?? '',
    role: certificate?.role ?? 'observe',
    incarnation,
    startedWallMs,
    offer,
    free: host.free,
    load,
    drain,
    rebalance,
    members: roster
      .members()
      .map((member) => toMemberView(member, member.peer === self ? load : loads.get(member.peer), wallMs)),
    keeping,
    tasks: custody.tasks,
    store: store.ok ? { ok: true } : store,
    stragglers: { runs: stragglers, classes: machines.stragglers.tails() },
    breaches: host.breaches,
    ...(machines.capacity.looks ? { capacity: machines.capacity.snapshot() } : {}),
    counters: { ...counters, ...bidder.counters() },
    custody: { ...custody, submitter: machines.submitter.snapshot(), borne: machines.bearer.snapshot() },
    market: machines.marketSnapshot(),
    host: host.snapshot(),
  }
}

function toMemberView(member: Member, load: LoadStamp | undefined, wallMs: OfItself['wallMs']): MemberView {
  const view: MemberView = {
    peer: member.peer,
    name: member.name,
    role: member.role,
    state: member.state,
    incarnation: member.incarnation,
    connected: member.connected,
    reachable: member.reachable,
    addresses: [...member.addresses],
  }
  if (member.rtt) view.rttMs = member.rtt.mean
  if (load) view.load = load
  const { advert, advertMs } = member
  if (!advert) return view
  view.offer = advert.offer
  view.advert = { seq: advert.seq }
  if (advertMs !== undefined) view.advert.wallMs = wallMs(advertMs)
  return view
}
