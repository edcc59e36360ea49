import type { DrainProgress, LinkLine, PeerLine, RebalanceStatus, Status } from '@souk/client'
import type { Rates } from '@souk/scaling'
import { bandwidthOf } from './bandwidth-of.ts'
import type { DemandReader } from './forecast.ts'
import type { HostView } from './from-inventory.ts'
import type { MemberView, PeerSnapshotView } from './peer-snapshot-view.ts'
import { ownStragglers } from './stragglers.ts'

/** What the composition root knows beyond the peer's own snapshot. */
export interface ControlInfo {
  version: string
  /** where this peer can be dialled now */
  addresses(): string[]
  /** how far it got with each other peer */
  links(): Omit<LinkLine, 'name'>[]
  /** what this host has, looked at a short while ago at most */
  host(): Promise<HostView>
  /** what is counted and foretold of the classes that run here */
  demand: DemandReader
  /** of resources, for hosts without a price of their own */
  rates: Rates
  /** who keeps the limits of commands here */
  limits(): Status['limits']
}

/** One line per member, this peer first. */
export function peerLines(snapshot: PeerSnapshotView, info: ControlInfo): PeerLine[] {
  const ways = new Map(info.links().map((link) => [link.id, link]))
  const others = snapshot.members
    .filter((member) => member.peer !== snapshot.self)
    .map((member) => ({ ...lineOf(member), ...wayOf(ways.get(member.peer)), ...bandwidthOf(ways.get(member.peer)) }))
  return [selfLine(snapshot, info), ...others]
}

/** How far this peer got with each other one, by name. */
export function linkLines(snapshot: PeerSnapshotView, info: ControlInfo): LinkLine[] {
  const names = new Map(snapshot.members.map((member) => [member.peer, member.name]))
  return info.links().map((link) => ({ ...link, name: names.get(link.id) ?? '' }))
}

const wayOf = (link: Pick<LinkLine, 'way'> | undefined): Pick<PeerLine, 'way'> =>
  link?.way === undefined ? {} : { way: link.way }

function selfLine(snapshot: PeerSnapshotView, info: ControlInfo): PeerLine {
  const { offer } = snapshot
  return {
    id: snapshot.self,
    name: snapshot.name,
    role: snapshot.role,
    self: true,
    state: 'alive',
    connected: true,
    summary: offer.summary,
    capacity: { ...offer.capacity },
    free: { ...snapshot.free },
    executors: offer.executors,
    functions: offer.functions,
    labels: offer.labels,
    running: snapshot.load?.running ?? 0,
    waiting: snapshot.load?.waiting ?? 0,
    draining: offer.draining,
    addresses: info.addresses(),
  }
}

function lineOf(member: MemberView): PeerLine {
  const { offer, load } = member
  return {
    id: member.peer,
    name: member.name,
    role: member.role,
    self: false,
    state: member.state,
    connected: member.connected,
    ...(member.rttMs === undefined ? {} : { rttMs: member.rttMs }),
    summary: offer?.summary ?? '',
    capacity: { ...offer?.capacity },
    executors: offer?.executors ?? [],
    functions: offer?.functions ?? [],
    labels: offer?.labels ?? {},
    running: load?.running ?? 0,
    waiting: load?.waiting ?? 0,
    draining: load?.draining ?? offer?.draining ?? false,
    addresses: member.addresses,
    ...advertOf(member),
  }
}

function advertOf({ advert }: MemberView): Pick<PeerLine, 'advert'> {
  if (advert === undefined) return {}
  const { seq, wallMs } = advert
  return { advert: { seq, ...(wallMs === undefined ? {} : { heardAt: new Date(wallMs).toISOString() }) } }
}

const auditOf = ({ breaches, counters }: PeerSnapshotView): Status['audit'] => ({
  breaches: [...(breaches ?? [])],
  breachesEver: counters['audit.breach'] ?? 0,
})

const limitsOf = ({ memory, cpu, processes, reason }: Status['limits']): Status['limits'] => {
  return { memory, cpu, processes, reason }
}

/** How far it is with emptying itself. */
export function drainOf({ drain: { forMs, leftMs, ...counts } }: PeerSnapshotView): DrainProgress {
  return { ...counts, forMs: Math.round(forMs), ...(leftMs === undefined ? {} : { leftMs: Math.round(leftMs) }) }
}

/** How it moves work. */
export function rebalanceOf({ rebalance: { pressure, ...rest } }: PeerSnapshotView): RebalanceStatus {
  return { ...rest, ...(pressure ? { pressure: { ...pressure, forMs: Math.round(pressure.forMs) } } : {}) }
}

/** What it was told to start others with, and whether it may. */
function scalingOf({ capacity }: PeerSnapshotView): Pick<Status, 'scaling'> {
  if (capacity?.scaler === undefined) return {}
  return { scaling: { kind: capacity.scaler, able: capacity.able } }
}

/** This peer at a glance. */
export function statusOf(snapshot: PeerSnapshotView, info: ControlInfo): Status {
  const others = snapshot.members.filter((member) => member.peer !== snapshot.self)
  const count = (state: string) => others.filter((member) => member.state === state).length
  const { ok, code, message } = snapshot.store
  return {
    self: snapshot.self,
    name: snapshot.name,
    mesh: snapshot.mesh,
    version: info.version,
    role: snapshot.role,
    incarnation: snapshot.incarnation,
    uptimeMs: Math.max(0, Math.round(Date.now() - snapshot.startedWallMs)),
    addresses: info.addresses(),
    offer: { ...snapshot.offer },
    free: { ...snapshot.free },
    // This peer is alive: it answers.
    peers: { alive: count('alive') + 1, suspect: count('suspect'), dead: count('dead') },
    keeping: snapshot.keeping,
    drain: drainOf(snapshot),
    stragglers: ownStragglers(snapshot),
    rebalance: rebalanceOf(snapshot),
    ...scalingOf(snapshot),
    limits: limitsOf(info.limits()),
    audit: auditOf(snapshot),
    timers: snapshot.timers.map(({ machine, inMs }) => ({ machine, inMs: Math.round(inMs) })),
    tasks: snapshot.tasks,
    store: { ok, ...(code === undefined ? {} : { code }), ...(message === undefined ? {} : { message }) },
    counters: snapshot.counters,
  }
}
