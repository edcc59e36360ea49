import type { AnalysisGroup } from '@souk/client'
import { isRunning, isWaiting, type SeenTask } from './seen-task.ts'

/** lines of one table; the smaller groups are summed up in one more */
export const groupsMax = 31
export const othersName = '(others)'

/** Tasks by what `nameOf` says of each, the largest groups first. The lines add up to all tasks. */
export function groupTasks(tasks: readonly SeenTask[], nameOf: (task: SeenTask) => string): AnalysisGroup[] {
  const groups = new Map<string, AnalysisGroup>()
  for (const task of tasks) {
    const name = nameOf(task)
    let group = groups.get(name)
    if (!group) {
      group = emptyGroup(name)
      groups.set(name, group)
    }
    count(group, task)
  }
  const sorted = [...groups.values()].sort((a, b) => b.tasks - a.tasks || (a.name < b.name ? -1 : 1))
  if (sorted.length <= groupsMax + 1) return sorted
  const others = emptyGroup(othersName)
  for (const group of sorted.slice(groupsMax)) {
    for (const key of ['tasks', 'waiting', 'running', 'succeeded', 'endedOtherwise'] as const) others[key] += group[key]
  }
  return [...sorted.slice(0, groupsMax), others]
}

const emptyGroup = (name: string): AnalysisGroup => {
  return { name, tasks: 0, waiting: 0, running: 0, succeeded: 0, endedOtherwise: 0 }
}

function count(group: AnalysisGroup, task: SeenTask): void {
  group.tasks++
  if (isRunning(task)) group.running++
  else if (isWaiting(task)) group.waiting++
  else if (task.kind === 'succeeded') group.succeeded++
  else group.endedOtherwise++
}
