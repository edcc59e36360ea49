import { type Analysis, apiLimits, type QueryOf, type Routes } from '@souk/client'
import { limits, type TaskFilter, type TaskState, type TaskSummary, taskStates } from '@souk/wire'
import { ApiError } from '../api-error.ts'
import { peerOf } from '../known-peer.ts'
import type { PeerSnapshotView } from '../peer-snapshot-view.ts'
import type { TaskFinder } from '../task-finder.ts'
import { analyse } from './analyse.ts'
import type { SeenHost } from './seen-host.ts'

const windowMsDefault = 3_600_000
/** tasks that one analysis looks at of those that are open, and of those that ended: each about 0.5 kB from afar */
const seenMax = 10_000
const openStates = taskStates.filter((state) => state !== 'closed') as TaskState[]

/** Asks everybody, then looks at what they tell. Throws ApiError 400 `request-invalid`, 404 `peer-unknown`. */
export async function analysis(
  query: QueryOf<Routes['analysis']>,
  finder: TaskFinder,
  snapshot: PeerSnapshotView,
): Promise<Analysis> {
  const windowMs = query.window === undefined ? windowMsDefault : Number(query.window)
  if (windowMs > apiLimits.windowMsMax) {
    const message = `a window of ${windowMs} ms; at most ${apiLimits.windowMsMax} (30 days) are looked at`
    throw new ApiError(400, 'request-invalid', message, { path: '/window' })
  }
  const nowWallMs = Date.now()
  const peer = query.peer === undefined ? undefined : peerOf(query.peer, snapshot)
  const filter: TaskFilter = { kinds: [], ...(peer === undefined ? {} : { host: peer }) }
  const open = await readAll(finder, openStates, filter)
  const ended = await readAll(finder, ['closed'], { ...filter, sinceWallMs: Math.max(0, nowWallMs - windowMs) })
  // What ended between the two readings is in both; the later one counts.
  const tasks = new Map([...open.tasks, ...ended.tasks].map((task) => [task.id, task]))
  const hosts = hostsOf(snapshot).filter((host) => peer === undefined || host.peer === peer)
  return {
    ...analyse({ tasks: [...tasks.values()], hosts, windowMs, nowWallMs }),
    ...(peer === undefined ? {} : { peer }),
    truncated: open.truncated || ended.truncated,
    missing: [...new Set([...open.missing, ...ended.missing])].sort(),
  }
}

/** Page by page, at most `seenMax`. */
async function readAll(finder: TaskFinder, states: TaskState[], wanted: TaskFilter) {
  const tasks: TaskSummary[] = []
  const missing = new Set<string>()
  let filter = wanted
  for (;;) {
    const limit = Math.min(limits.tasksPerMessageMax, seenMax - tasks.length)
    const page = await finder.list({ limit, prefix: '', states, everywhere: true, filter })
    tasks.push(...page.tasks)
    for (const peer of page.missing) missing.add(peer)
    const last = page.tasks.at(-1)
    if (!last || page.tasks.length >= page.total) return { tasks, missing, truncated: false }
    if (tasks.length >= seenMax) return { tasks, missing, truncated: true }
    filter = { ...wanted, after: { submittedWallMs: last.submittedWallMs, id: last.id } }
  }
}

/** This peer, and the others that run tasks and can be asked. */
function hostsOf({ self, offer, members }: PeerSnapshotView): SeenHost[] {
  const others = members.flatMap(({ peer, reachable, offer: told, role }) => {
    const runs = role === 'host' || role === 'admin'
    return peer !== self && reachable && runs && told ? [{ peer, offer: told }] : []
  })
  return [{ peer: self, offer }, ...others]
}
