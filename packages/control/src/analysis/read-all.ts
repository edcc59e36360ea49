import { limits, type TaskFilter, type TaskState, type TaskSummary, taskStates } from '@souk/wire'
import type { TaskFinder } from '../task-finder.ts'

/** tasks that one analysis looks at of those that are open, and of those that ended: each about 0.5 kB from afar */
const seenMax = 10_000
export const openStates = taskStates.filter((state) => state !== 'closed') as TaskState[]

/** Page by page, the newest first, at most `seenMax`; no further than a page of which nothing `matters`. */
export async function readAll(
  finder: Pick<TaskFinder, 'list'>,
  states: TaskState[],
  wanted: TaskFilter,
  matters: (task: TaskSummary) => boolean = () => true,
) {
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
    if (!page.tasks.some(matters)) return { tasks, missing, truncated: false }
    if (tasks.length >= seenMax) return { tasks, missing, truncated: true }
    filter = { ...wanted, after: { submittedWallMs: last.submittedWallMs, id: last.id } }
  }
}
