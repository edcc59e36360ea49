import type { Breach } from '@souk/host'
import type { Millis, ResourceVector, WallMillis } from '@souk/kernel'
import type { ClassTail, DrainProgress, RebalanceState, Straggler } from '@souk/rebalance'
import type { Member } from '@souk/roster'
import type { CapacityReport } from '@souk/scaling'
import type { Certificate, Incarnation, LoadStamp, Offer, PeerId, Role } from '@souk/wire'
import type { Keeping } from './keeping.ts'
import type { Steps } from './steps.ts'
import { type DueTimer, dueTimers } from './timers.ts'

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
  /** sequence number of the advert, and when it was heard; without a time: before this peer started */
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
  /** how far this peer has come with emptying itself */
  drain: DrainProgress
  /** how this peer moves work, and whether it is under pressure */
  rebalance: RebalanceState
  members: MemberView[]
  /** peers removed from the mesh, as far as this one has heard */
  removed: readonly PeerId[]
  keeping: Keeping
  /** by state while open, by outcome once closed */
  tasks: Record<string, number>
  store: { ok: boolean; code?: string; message?: string }
  /** runs of this host that lag far behind their like, and what is known of how long those take */
  stragglers: { runs: Straggler[]; classes: ClassTail[] }
  /** what the last audit of this host has found */
  breaches: readonly Breach[]
  /** slots that the mesh has and will need; only if this peer can start others */
  capacity?: CapacityReport
  /** next timers of its machines, soonest first */
  timers: DueTimer[]
  counters: Record<string, number>
  custody: unknown
  market: unknown
  host: unknown
}

/** Facts of the peer itself that none of its machines knows. */
interface OfItself {
  certificate: Certificate | undefined
  startedWallMs: WallMillis
  load: LoadStamp
  /** later than the last step, if the driver knows better */
  now: Millis
}

export function peerSnapshot(steps: Steps, { certificate, startedWallMs, load, now }: OfItself): PeerSnapshot {
  const { machines, outlet } = steps
  const { self, roster, custodian, bidder, host, loads, offer, incarnation, store, keeping } = machines
  const custody = custodian.snapshot()
  const wallMs = (at: Millis): WallMillis => outlet.log.wallMs(at)
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
    drain: machines.drain.progress(now),
    rebalance: machines.rebalancer.state(now),
    members: roster
      .members()
      .map((member) => toMemberView(member, member.peer === self ? load : loads.get(member.peer), wallMs)),
    removed: roster.removed.peers,
    keeping,
    tasks: custody.tasks,
    store: store.ok ? { ok: true } : store,
    stragglers: { runs: machines.stragglers.now(now), classes: machines.stragglers.tails() },
    breaches: host.breaches,
    ...(machines.capacity.looks ? { capacity: machines.capacity.snapshot() } : {}),
    timers: dueTimers(steps, now),
    counters: { ...outlet.counters.snapshot(), ...bidder.counters() },
    custody: { ...custody, submitter: machines.submitter.snapshot(), borne: machines.bearer.snapshot() },
    market: machines.marketSnapshot(),
    host: host.snapshot(),
  }
}

function toMemberView(member: Member, load: LoadStamp | undefined, wallMs: (at: Millis) => WallMillis): MemberView {
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
