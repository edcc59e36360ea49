import { apiLimits, type Cost, type QueryOf, type Routes } from '@souk/client'
import { costOfTime, hostPerHour, type Rates, type SpentGroups, spentBy, spentInAll } from '@souk/scaling'
import { ApiError } from '../api-error.ts'
import type { DemandReader } from '../forecast.ts'
import type { ControlInfo } from '../from-snapshot.ts'
import type { PeerSnapshotView } from '../peer-snapshot-view.ts'
import type { TaskFinder } from '../task-finder.ts'
import { costOfWays } from './cost-of-ways.ts'
import { pricedRuns } from './priced-runs.ts'
import { openStates, readAll } from './read-all.ts'
import { hostsOf, type SeenHost } from './seen-host.ts'

const windowMsDefault = 24 * 3_600_000
/** What a worker takes to start where nobody knows (guess): a small virtual machine. */
const startMsDefault = 30_000
const startMsMax = 3_600_000
const groupsMax = 32

interface Readers {
  finder: TaskFinder
  info: Pick<ControlInfo, 'demand' | 'rates'>
}

/** Asks everybody what ran, and prices it. Throws ApiError 400 `request-invalid`. */
export async function cost(
  query: QueryOf<Routes['cost']>,
  { finder, info: { demand, rates } }: Readers,
  snapshot: PeerSnapshotView,
): Promise<Cost> {
  const nowMs = Date.now()
  const sinceWallMs = sinceOf(query.since, nowMs)
  const windowMs = nowMs - sinceWallMs
  const startMs = Math.min(startMsMax, Number(query.start ?? snapshot.capacity?.startMs ?? startMsDefault))
  const filter = { kinds: [], sinceWallMs }
  const open = await readAll(finder, openStates, filter)
  const ended = await readAll(finder, ['closed'], filter)
  const tasks = new Map([...open.tasks, ...ended.tasks].map((task) => [task.id, task]))
  const hosts = hostsOf(snapshot)
  const runs = pricedRuns([...tasks.values()], hosts, rates, nowMs)
  const byClass = spentBy(runs, 'class', groupsMax)
  return {
    at: new Date(nowMs).toISOString(),
    since: new Date(sinceWallMs).toISOString(),
    rates: { ...rates },
    hosts: costOfHosts(hosts, rates, windowMs),
    total: spentInAll(runs),
    byClass,
    byTenant: spentBy(runs, 'tenant', groupsMax),
    byPeer: spentBy(runs, 'peer', groupsMax),
    byTask: spentBy(runs, 'task', groupsMax),
    warm: costOfWarmth(demand, byClass, rates),
    compared: await costOfWays(runs, { sinceWallMs, nowMs, startMs }),
    truncated: open.truncated || ended.truncated,
    missing: [...new Set([...open.missing, ...ended.missing])].sort(),
  }
}

function sinceOf(text: string | undefined, nowMs: number): number {
  if (text === undefined) return nowMs - windowMsDefault
  const ms = Date.parse(text)
  if (ms >= nowMs - apiLimits.windowMsMax && ms < nowMs) return ms
  const message = `since '${text}'; needed is a time within the last 30 days, such as ${new Date(nowMs - windowMsDefault).toISOString()}`
  throw new ApiError(400, 'request-invalid', message, { path: '/since' })
}

/** As though those that are there now had been there all the time: a mesh pays for hosts that idle, too. */
function costOfHosts(hosts: readonly SeenHost[], rates: Rates, windowMs: number): Cost['hosts'] {
  const perHour = hosts.reduce((sum, { offer }) => sum + hostPerHour(offer, rates), 0)
  const priced = hosts.filter(({ offer }) => offer.priceMilli > 0).length
  return { count: hosts.length, priced, perHour, cost: costOfTime(windowMs, perHour) }
}

/** A worker of a class costs what its runs cost an hour; where none of them is known, a core. */
function costOfWarmth(read: DemandReader, { groups }: SpentGroups, rates: Rates): Cost['warm'] {
  const perHours = new Map(groups.map(({ name, cost, hours }) => [name, hours > 0 ? cost / hours : rates.cpu]))
  const sum = { idleMs: 0, idleCost: 0, coldStarts: 0, coldStartMs: 0, coldStartCost: 0 }
  for (const { class: name, warm } of read({ buckets: 1 })) {
    const perHour = perHours.get(name) ?? rates.cpu
    const coldStartMs = warm.coldStarts * warm.warmUpMs
    sum.idleMs += warm.idleMs
    sum.idleCost += costOfTime(warm.idleMs, perHour)
    sum.coldStarts += warm.coldStarts
    sum.coldStartMs += coldStartMs
    sum.coldStartCost += costOfTime(coldStartMs, perHour)
  }
  return sum
}
