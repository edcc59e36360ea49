import type { TaskLine } from '@souk/client'

/** What of the tasks is shown; all of it stands in the address. */
export interface TaskFilter {
  /** in id, name, class, tenant or host */
  search: string
  /** a state or an outcome, or a group of them; '': all */
  state: string
  group: '' | 'class' | 'tenant' | 'host' | 'state'
}

export const stateGroups: Record<string, readonly string[]> = {
  waiting: ['storing', 'waiting', 'asking', 'offered', 'queued'],
  running: ['running', 'ending'],
  succeeded: ['succeeded'],
  failed: ['failed', 'expired', 'lost', 'quarantined'],
  cancelled: ['cancelled'],
}

/** What a task is for people: running, or how it ended. */
export const stateOf = ({ state, kind }: TaskLine): string => kind ?? state

/** A name, else what it is. */
export const titleOf = ({ name, class: kind }: TaskLine): string => name || kind

export function filterTasks(
  tasks: readonly TaskLine[],
  { search, state }: Pick<TaskFilter, 'search' | 'state'>,
  nameOf: (peer: string) => string,
): TaskLine[] {
  const states = state === '' ? undefined : (stateGroups[state] ?? [state])
  const words = search
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '')
  return tasks.filter((task) => {
    if (states && !states.includes(stateOf(task))) return false
    const { id, name, class: kind, tenant, host } = task
    const text = [id, name, kind, tenant, host === undefined ? '' : nameOf(host)].join(' ').toLowerCase()
    return words.every((word) => text.includes(word))
  })
}

/** Tasks that are alike, the largest group first. */
export function groupTasks(
  tasks: readonly TaskLine[],
  group: TaskFilter['group'],
  nameOf: (peer: string) => string,
): { name: string; tasks: TaskLine[] }[] {
  if (group === '') return [{ name: '', tasks: [...tasks] }]
  const nameIn = (task: TaskLine): string => {
    if (group === 'host') return task.host === undefined ? 'nowhere yet' : nameOf(task.host)
    return (group === 'state' ? stateOf(task) : task[group]) || '(none)'
  }
  const groups = new Map<string, TaskLine[]>()
  for (const task of tasks) {
    const name = nameIn(task)
    const known = groups.get(name)
    if (known) known.push(task)
    else groups.set(name, [task])
  }
  return [...groups]
    .map(([name, members]) => ({ name, tasks: members }))
    .sort((a, b) => b.tasks.length - a.tasks.length || (a.name < b.name ? -1 : 1))
}
