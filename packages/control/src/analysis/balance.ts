import type { Balance } from '@souk/client'
import { analyseLoad } from '@souk/rebalance'
import type { TaskSummary } from '@souk/wire'
import { type ControlInfo, rebalanceOf } from '../from-snapshot.ts'
import type { PeerSnapshotView } from '../peer-snapshot-view.ts'
import { stragglersAmong } from '../stragglers.ts'
import type { TaskFinder } from '../task-finder.ts'
import { publicResource } from './amounts.ts'
import type { AppliedPlans } from './applied-plans.ts'
import { loadFactsOf } from './load-facts.ts'
import { openStates, readAll } from './read-all.ts'
import { hostsOf, type Rates } from './seen-host.ts'

const windowMs = 30_000
const bytesPerMsOfMbps = 125
/** Ended tasks are looked for among those that were submitted within so long: listings go by that time. */
const lookBackMs = 600_000
/** Where no round trip was measured yet (guess: a LAN). */
const roundTripMsUnknown = 5

/** How far this peer got with each other one. */
export type Ways = Pick<ControlInfo, 'links'>

interface Readers {
  finder: TaskFinder
  info: Ways
  applied: AppliedPlans
}

/** Asks everybody what runs and waits, and looks at how it is spread. */
export async function balance({ finder, info, applied }: Readers, snapshot: PeerSnapshotView): Promise<Balance> {
  const nowWallMs = Date.now()
  const open = await readAll(finder, openStates, { kinds: [] })
  const endedFilter = { kinds: [], sinceWallMs: Math.max(0, nowWallMs - lookBackMs) }
  const ended = await readAll(finder, ['closed'], endedFilter, (task) => ranSince(task, nowWallMs - windowMs))
  const tasks = [...new Map([...open.tasks, ...ended.tasks].map((task) => [task.id, task])).values()]
  const rtts = snapshot.members.flatMap(({ rttMs }) => rttMs ?? [])
  const roundTripMs = rtts.length === 0 ? roundTripMsUnknown : Math.max(...rtts)
  const known = hostsOf(snapshot, ratesOf(info))
  const facts = loadFactsOf({ tasks, hosts: known, nowWallMs, windowMs, roundTripMs })
  const pressed = new Set(known.flatMap((host) => (host.pressed ? [host.peer] : [])))
  const last = applied.last(tasks)
  const { hosts, bottlenecks, ...rest } = analyseLoad(facts)
  return {
    at: new Date(nowWallMs).toISOString(),
    ...rest,
    rebalance: rebalanceOf(snapshot),
    ...(last ? { applied: last } : {}),
    hosts: hosts.map((host) => ({
      ...host,
      pressed: pressed.has(host.peer),
      utilisation: host.utilisation.map(asPeopleKnowIt),
    })),
    bottlenecks: bottlenecks.map((each) => ({ ...each, resource: nameOf(each.resource) })),
    stragglers: stragglersAmong(tasks, snapshot, nowWallMs),
    truncated: open.truncated || ended.truncated,
    missing: [...new Set([...open.missing, ...ended.missing])].sort(),
  }
}

/** Before a page of which nothing ran since, by time of submit, next to nothing did: thousands need not be read for it. */
function ranSince({ startedWallMs, ranMs = 0, submittedWallMs }: TaskSummary, sinceWallMs: number): boolean {
  return (startedWallMs ?? submittedWallMs) + ranMs >= sinceWallMs
}

/** The slower way of each: what a host has to fetch may come from anybody. */
function ratesOf({ links }: Ways): Rates {
  return new Map(
    links().flatMap(({ id, receivedMbps, sentMbps }): [string, number][] => {
      const seen = [receivedMbps, sentMbps].flatMap((mbps) => mbps ?? [])
      return seen.length === 0 ? [] : [[id, Math.min(...seen) * bytesPerMsOfMbps]]
    }),
  )
}

function asPeopleKnowIt({ resource: kernels, used, capacity, share }: Balance['hosts'][number]['utilisation'][number]) {
  const { resource, unit } = publicUnit(kernels)
  return { resource, used: used / unit, capacity: capacity / unit, share }
}

const publicUnit = (name: string) => (name === 'gpu' ? { resource: 'gpu', unit: 1000 } : publicResource(name))
const nameOf = (resource: string): string => publicUnit(resource).resource
