import type { After, Task } from './api.ts'

/** What a task of a list waits for: others of the same list, by their place in it, and what is known elsewhere. */
export interface Links {
  inside: { index: number; on: 'succeeded' | 'ended' }[]
  /** an id, a part of one, or `last`; `at`: its place in the task's `after` */
  outside: { task: string; on: 'succeeded' | 'ended'; at: number }[]
  /** why it can wait for nothing of the kind */
  failure?: { code: string; message: string; path: string }
}

type Named = Pick<Task, 'key' | 'name' | 'tenant' | 'after'>

/**
 * What each task of a list waits for. A text in `after` is the key of another task of the list, else its name, else an
 * id. Those that wait for themselves, over whichever others, fail with code `after-cycle` and the whole cycle in their
 * message; a name that several have fails with `after-ambiguous`. Linear in the list and its `after`s.
 */
export function linkTasks(tasks: readonly Named[]): Links[] {
  const byKey = indexBy(tasks, ({ key }) => key)
  const byName = indexBy(tasks, ({ name }) => name)
  const links = tasks.map(({ after }) => {
    const own: Links = { inside: [], outside: [] }
    // What is of the wrong form goes on as it is: the peer says what is wrong with it.
    for (const [at, item] of (Array.isArray(after) ? after : []).entries()) addLink(own, item, at, { byKey, byName })
    return own
  })
  for (const cycle of cyclesOf(links)) {
    const shown = [...cycle, cycle[0]!].map((index) => labelOf(tasks[index]!, index)).join(' → ')
    const message = `it waits for itself: ${shown.slice(0, 2000)}; take one of these out of 'after'`
    for (const index of cycle) links[index]!.failure ??= { code: 'after-cycle', message, path: '/after' }
  }
  return links
}

interface Indexes {
  byKey: ReadonlyMap<string, number[]>
  byName: ReadonlyMap<string, number[]>
}

function addLink(own: Links, item: After | null, at: number, { byKey, byName }: Indexes): void {
  const { task, on = 'succeeded' } = typeof item === 'string' ? { task: item } : (item ?? { task: '' })
  const found = byKey.get(task) ?? byName.get(task)
  if (!found) own.outside.push({ task, on, at })
  else if (found.length === 1) own.inside.push({ index: found[0]!, on })
  else {
    const message = `${found.length} tasks of this request are called '${task}'; give the one that is meant a key of its own`
    own.failure ??= { code: 'after-ambiguous', message, path: `/after/${at}` }
  }
}

function indexBy(tasks: readonly Named[], of: (task: Named) => string | undefined): Map<string, number[]> {
  const indexes = new Map<string, number[]>()
  for (const [index, task] of tasks.entries()) {
    const text = of(task)
    if (text === undefined) continue
    const known = indexes.get(text)
    if (known) known.push(index)
    else indexes.set(text, [index])
  }
  return indexes
}

function labelOf({ key, name }: Named, index: number): string {
  return key ?? name ?? `task ${index + 1}`
}

/** One cycle for every group of tasks that wait for each other; whatever else waits for one of them is not in it. */
function cyclesOf(links: readonly Links[]): number[][] {
  const left = withoutEnd(links)
  const seen = new Set<number>()
  const cycles: number[][] = []
  for (const start of left) {
    const path: number[] = []
    let at = start
    while (!seen.has(at)) {
      seen.add(at)
      path.push(at)
      at = links[at]!.inside.find(({ index }) => left.has(index))!.index
    }
    const from = path.indexOf(at)
    if (from >= 0) cycles.push(path.slice(from))
  }
  return cycles
}

/** Tasks that are in a cycle, or wait for one: taking away whatever waits for nothing never gets to them. */
function withoutEnd(links: readonly Links[]): Set<number> {
  const waits = links.map(({ inside }) => inside.length)
  const waiters: number[][] = links.map(() => [])
  for (const [index, { inside }] of links.entries()) for (const to of inside) waiters[to.index]!.push(index)
  const free = waits.flatMap((count, index) => (count === 0 ? [index] : []))
  for (let next = free.pop(); next !== undefined; next = free.pop())
    for (const waiter of waiters[next]!) if (--waits[waiter]! === 0) free.push(waiter)
  return new Set(waits.flatMap((count, index) => (count > 0 ? [index] : [])))
}
