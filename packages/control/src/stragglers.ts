import type { Straggler } from '@souk/client'
import type { TaskView } from '@souk/wire'
import { isRunning, type SeenTask } from './analysis/seen-task.ts'
import type { PeerSnapshotView } from './peer-snapshot-view.ts'

/** told at once; more than so many are no exceptions */
const toldMax = 256

/** One run, with when its custodians heard that it runs. */
interface Begun {
  task: string
  class: string
  host: string
  sinceWallMs: number
}

/** Runs of this peer's own host that straggle, as it sees them itself. */
export function ownStragglers({ self, stragglers }: PeerSnapshotView): Straggler[] {
  return (stragglers?.runs ?? []).slice(0, toldMax).map(({ task, class: name, elapsedMs, p99Ms, runs, limitMs }) => {
    return { task, class: name, host: self, elapsedMs, p99Ms, runs, limitMs }
  })
}

/** Of these tasks, wherever they run: by what this peer knows of their classes. Longest first. */
export function stragglersAmong(
  tasks: readonly SeenTask[],
  snapshot: PeerSnapshotView,
  nowWallMs: number,
): Straggler[] {
  const begun = tasks.flatMap((task): Begun[] => {
    const { id, class: name, host, startedWallMs } = task
    if (!isRunning(task) || host === undefined || startedWallMs === undefined) return []
    return [{ task: id, class: name, host, sinceWallMs: startedWallMs }]
  })
  const own = ownStragglers(snapshot)
  const others = begun.filter(({ host }) => host !== snapshot.self)
  const found = [...own, ...measured(others, snapshot, nowWallMs)]
  return found.sort((a, b) => b.elapsedMs - a.elapsedMs).slice(0, toldMax)
}

/** Whether this task's run straggles now. */
export function straggles(view: TaskView, snapshot: PeerSnapshotView, nowWallMs: number): Straggler | undefined {
  const { record, state, bearer, timeline } = view
  const own = ownStragglers(snapshot).find(({ task }) => task === record.id)
  if (own || state !== 'running' || bearer === undefined || record.spec.alternatives) return own
  const since = timeline.findLast(({ event }) => event === 'running')
  if (!since) return undefined
  const begun = { task: record.id, class: record.spec.class, host: bearer, sinceWallMs: since.wallMs }
  return measured([begun], snapshot, nowWallMs)[0]
}

function measured(begun: readonly Begun[], { stragglers }: PeerSnapshotView, nowWallMs: number): Straggler[] {
  const tails = new Map(stragglers?.classes.map((tail) => [tail.class, tail]))
  return begun.flatMap(({ sinceWallMs, ...run }) => {
    const tail = tails.get(run.class)
    const elapsedMs = nowWallMs - sinceWallMs
    if (!tail || elapsedMs < tail.limitMs) return []
    const { p99Ms, runs, limitMs } = tail
    return [{ ...run, elapsedMs, p99Ms, runs, limitMs }]
  })
}
