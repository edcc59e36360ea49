import { copyVector, type Millis, type ResourceVector, take } from '@souk/kernel'
import type { PeerId } from '@souk/wire'
import { type Bottleneck, bottlenecksOf } from './bottleneck.ts'
import { Company } from './company.ts'
import { type Imbalance, imbalanceOf } from './imbalance.ts'
import { type HostLoad, type KnownLot, type LoadFacts, takesWork, type WaitingLot } from './load-facts.ts'
import { type Opportunity, opportunitiesOf } from './opportunities.ts'
import { planMoves, type RedistributionPlan } from './plan-moves.ts'
import { decideStrategy, type Strategy } from './strategy.ts'
import { type Utilisation, utilisationOf } from './utilisation.ts'

/** One host over the window. */
export interface HostUse {
  peer: PeerId
  draining: boolean
  /** tasks that run there now */
  running: number
  /** waiting tasks that it bears: in its own queue, or for a host with room */
  waiting: number
  utilisation: Utilisation[]
}

/** How work is spread over a mesh, and what could be done about it. */
export interface LoadAnalysis {
  windowMs: Millis
  waiting: number
  hosts: HostUse[]
  imbalance: Imbalance
  /** worst first; empty: no waiting task lacks room */
  bottlenecks: Bottleneck[]
  strategy: Strategy
  opportunities: Opportunity[]
  plan: RedistributionPlan
}

/** lots for which bottlenecks, opportunities and moves are worked out; later ones are only counted */
const lotsMax = 256

/** Pure: the same facts give the same analysis. Cost: tasks times resources, and lots times hosts. */
export function analyseLoad({ nowMs, windowMs, hosts, lots, roundTripMs, decideTies }: LoadFacts): LoadAnalysis {
  const byPeer = new Map(hosts.map((host) => [host.peer, host]))
  const company = new Company(hosts, decideTies)
  const known = lots.map((lot) => knownLot(lot, byPeer, company))
  const free = new Map(hosts.map((host) => [host.peer, freeOf(host)]))
  const uses = hosts.map((host) => useOf(host, lots, { nowMs, windowMs }))
  const looked = known.slice(0, lotsMax)
  const opportunities = opportunitiesOf(looked, byPeer, { free, decideTies })
  const plan = planMoves({ hosts, nowMs, roundTripMs, decideTies }, looked, free)
  return {
    windowMs,
    waiting: lots.reduce((sum, { count }) => sum + count, 0),
    hosts: uses,
    // Hosts that take no work are meant to be less used than the others.
    imbalance: imbalanceOf(hosts.filter(takesWork).map((host) => slotsOf(host, { nowMs, windowMs }))),
    bottlenecks: bottlenecksOf(looked, byPeer, free),
    strategy: decideStrategy({ lots: known, hosts, opportunities, moves: plan.moves, roundTripMs }),
    opportunities,
    plan,
  }
}

/** The lot with the hosts that it may go to now; if ties or the tasks' path bar all of them, with the reason. */
function knownLot(lot: WaitingLot, hosts: ReadonlyMap<PeerId, HostLoad>, company: Company): KnownLot {
  const able = lot.able.filter((peer) => hosts.has(peer))
  const had = new Set(lot.avoid)
  const open = able.filter((peer) => !had.has(peer) && company.refusal(lot, peer) === undefined)
  if (open.length > 0 || able.length === 0) return { ...lot, able: open }
  const tied = able.flatMap((peer) => company.refusal(lot, peer) ?? [])[0]
  if (tied === undefined) {
    const reason = `whoever could run it had it before, and it does not go back: ${able.slice(0, 3).join(', ')}`
    return { ...lot, able: open, barred: { code: 'on-path', reason } }
  }
  const reason = `no host has what it must be near or apart from so: ${tied}`
  return { ...lot, able: open, barred: { code: 'tied', reason } }
}

function freeOf({ capacity, gpus, runs }: HostLoad): ResourceVector {
  const free = copyVector(capacity)
  for (const { request, toMs } of runs) if (toMs === undefined) take(free, request, gpus)
  return free
}

function useOf(host: HostLoad, lots: readonly WaitingLot[], window: { nowMs: Millis; windowMs: Millis }): HostUse {
  const { peer, draining, runs } = host
  return {
    peer,
    draining,
    running: runs.filter(({ toMs }) => toMs === undefined).length,
    waiting: lots.reduce((sum, { bearer, count }) => sum + (bearer === peer ? count : 0), 0),
    utilisation: utilisationOf(host, window),
  }
}

function slotsOf(host: HostLoad, { nowMs, windowMs }: { nowMs: Millis; windowMs: Millis }) {
  const slots = utilisationOf(host, { nowMs, windowMs }).find(({ resource }) => resource === 'slots')
  const lasting = host.runs.filter(({ fromMs, toMs = nowMs }) => fromMs <= nowMs - windowMs && toMs >= nowMs)
  const whole = lasting.reduce((sum, { request }) => sum + request.slots, 0)
  return { used: slots?.used ?? 0, slots: slots?.capacity ?? 0, whole }
}
