import type { Balance } from '@souk/client'
import { analyseLoad } from '@souk/rebalance'
import type { PeerSnapshotView } from '../peer-snapshot-view.ts'
import type { TaskFinder } from '../task-finder.ts'
import { publicResource } from './amounts.ts'
import { loadFactsOf } from './load-facts.ts'
import { openStates, readAll } from './read-all.ts'
import { hostsOf } from './seen-host.ts'

const windowMs = 30_000
/** Ended tasks are looked for among those that were submitted within so long: listings go by that time. */
const lookBackMs = 600_000
/** Where no round trip was measured yet (guess: a LAN). */
const roundTripMsUnknown = 5

/** Asks everybody what runs and waits, and looks at how it is spread. */
export async function balance(finder: TaskFinder, snapshot: PeerSnapshotView): Promise<Balance> {
  const nowWallMs = Date.now()
  const open = await readAll(finder, openStates, { kinds: [] })
  const ended = await readAll(finder, ['closed'], { kinds: [], sinceWallMs: Math.max(0, nowWallMs - lookBackMs) })
  const tasks = [...new Map([...open.tasks, ...ended.tasks].map((task) => [task.id, task])).values()]
  const rtts = snapshot.members.flatMap(({ rttMs }) => rttMs ?? [])
  const roundTripMs = rtts.length === 0 ? roundTripMsUnknown : Math.max(...rtts)
  const facts = loadFactsOf({ tasks, hosts: hostsOf(snapshot), nowWallMs, windowMs, roundTripMs })
  const { hosts, bottlenecks, ...rest } = analyseLoad(facts)
  return {
    at: new Date(nowWallMs).toISOString(),
    ...rest,
    hosts: hosts.map((host) => ({ ...host, utilisation: host.utilisation.map(asPeopleKnowIt) })),
    bottlenecks: bottlenecks.map((each) => ({ ...each, resource: nameOf(each.resource) })),
    truncated: open.truncated || ended.truncated,
    missing: [...new Set([...open.missing, ...ended.missing])].sort(),
  }
}

function asPeopleKnowIt({ resource: kernels, used, capacity, share }: Balance['hosts'][number]['utilisation'][number]) {
  const { resource, unit } = publicUnit(kernels)
  return { resource, used: used / unit, capacity: capacity / unit, share }
}

const publicUnit = (name: string) => (name === 'gpu' ? { resource: 'gpu', unit: 1000 } : publicResource(name))
const nameOf = (resource: string): string => publicUnit(resource).resource
