import { type Millis, shortRoundTrips } from '@souk/kernel'
import type { HostLoad, KnownLot } from './load-facts.ts'
import type { Opportunity } from './opportunities.ts'

/** steal: hosts with room ask bearers for work · shed: hosts with queued work give it up · none: moving would gain nothing. */
export interface Strategy {
  strategy: 'steal' | 'shed' | 'none'
  code:
    | 'off'
    | 'nothing-waits'
    | 'drains'
    | 'pressure'
    | 'idle-beside-waiting'
    | 'idle-beside-queue'
    | 'too-short'
    | 'saturated'
    | 'unplaceable'
    | 'tied'
  reason: string
}

interface Seen {
  lots: readonly KnownLot[]
  hosts: readonly HostLoad[]
  opportunities: readonly Opportunity[]
  /** moves of the plan, which include short tasks that would wait long */
  moves: readonly { class: string; bound: boolean }[]
  roundTripMs: Millis
}

/** Whether and how work should be moved now, and why. */
export function decideStrategy({ lots, hosts, opportunities, moves, roundTripMs }: Seen): Strategy {
  const waiting = sum(lots)
  if (waiting === 0) return { strategy: 'none', code: 'nothing-waits', reason: 'no task waits' }
  const draining = new Set(hosts.filter((host) => host.draining).map(({ peer }) => peer))
  const leaving = sum(lots.filter(({ bearer }) => draining.has(bearer)))
  if (leaving > 0) {
    return { strategy: 'shed', code: 'drains', reason: `${leaving} of ${waiting} wait with a peer that drains` }
  }
  const moved = new Set(moves.map(key))
  const short = new Set(
    lots.filter((lot) => (lot.expectedMs ?? Infinity) < shortRoundTrips * roundTripMs && !moved.has(key(lot))).map(key),
  )
  const worth = opportunities.filter((one) => !short.has(key(one)))
  const asked = sum(worth.filter(({ bound }) => !bound))
  const queued = sum(worth) - asked
  if (asked > 0) {
    const reason = `${asked} of ${waiting} wait beside hosts that have room for them: those ask for them`
    return { strategy: 'steal', code: 'idle-beside-waiting', reason }
  }
  if (queued > 0) {
    const reason = `${queued} of ${waiting} are queued at full hosts beside others that have room: only their hosts can give them up`
    return { strategy: 'shed', code: 'idle-beside-queue', reason }
  }
  if (opportunities.length > 0) {
    const reason = `what could move ends within ${shortRoundTrips} round trips: it is over before it has moved`
    return { strategy: 'none', code: 'too-short', reason }
  }
  const barred = sum(lots.filter((lot) => lot.barred?.code === 'tied'))
  if (barred === waiting) {
    const reason = `what is at each host keeps the ${waiting} that wait away, by what they must be near or apart from`
    return { strategy: 'none', code: 'tied', reason }
  }
  const unable = sum(lots.filter(({ able, barred }) => able.length === 0 && !barred))
  if (unable === waiting) {
    return { strategy: 'none', code: 'unplaceable', reason: `no host can run any of the ${waiting} that wait` }
  }
  const reason = `every host that could run one of the ${waiting - unable} that wait for room is full: moving them gains nothing`
  return { strategy: 'none', code: 'saturated', reason }
}

const key = (of: { class: string; bound: boolean }): string => `${of.bound} ${of.class}`
const sum = (of: readonly { count: number }[]): number => of.reduce((total, { count }) => total + count, 0)
