import type { Millis } from '@souk/kernel'
import type { HostLoad, WaitingLot } from './load-facts.ts'
import type { Opportunity } from './opportunities.ts'

/** steal: hosts with room ask bearers · shed: who has work gives it up · none: moving would gain nothing. */
export interface Strategy {
  strategy: 'steal' | 'shed' | 'none'
  code:
    | 'nothing-waits'
    | 'drains'
    | 'idle-beside-waiting'
    | 'idle-beside-queue'
    | 'too-short'
    | 'saturated'
    | 'unplaceable'
  reason: string
}

/** A task shorter than so many round trips has ended where it is before it could have moved (Dask's rule: 3). */
const roundTripsMin = 3

interface Seen {
  lots: readonly WaitingLot[]
  hosts: readonly HostLoad[]
  opportunities: readonly Opportunity[]
  roundTripMs: Millis
}

/** What moving work could be good for now, and why. */
export function decideStrategy({ lots, hosts, opportunities, roundTripMs }: Seen): Strategy {
  const waiting = sum(lots)
  if (waiting === 0) return { strategy: 'none', code: 'nothing-waits', reason: 'no task waits' }
  const draining = new Set(hosts.filter((host) => host.draining).map(({ peer }) => peer))
  const leaving = sum(lots.filter(({ bearer }) => draining.has(bearer)))
  if (leaving > 0) {
    return { strategy: 'shed', code: 'drains', reason: `${leaving} of ${waiting} wait with a peer that drains` }
  }
  const short = new Set(
    lots.filter(({ expectedMs }) => (expectedMs ?? Infinity) < roundTripsMin * roundTripMs).map(key),
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
    const reason = `what could move ends within ${roundTripsMin} round trips: it is over before it has moved`
    return { strategy: 'none', code: 'too-short', reason }
  }
  const unable = sum(lots.filter(({ able }) => able.length === 0))
  if (unable === waiting) {
    return { strategy: 'none', code: 'unplaceable', reason: `no host can run any of the ${waiting} that wait` }
  }
  const reason = `every host that could run one of the ${waiting - unable} that wait for room is full: moving them gains nothing`
  return { strategy: 'none', code: 'saturated', reason }
}

const key = (of: { class: string; bound: boolean }): string => `${of.bound} ${of.class}`
const sum = (of: readonly { count: number }[]): number => of.reduce((total, { count }) => total + count, 0)
