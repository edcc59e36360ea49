import { type Analysis, apiLimits, type QueryOf, type Routes } from '@souk/client'
import type { TaskFilter } from '@souk/wire'
import { ApiError } from '../api-error.ts'
import { peerOf } from '../known-peer.ts'
import type { PeerSnapshotView } from '../peer-snapshot-view.ts'
import type { TaskFinder } from '../task-finder.ts'
import { analyse } from './analyse.ts'
import { openStates, readAll } from './read-all.ts'
import { hostsOf } from './seen-host.ts'

const windowMsDefault = 3_600_000

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
