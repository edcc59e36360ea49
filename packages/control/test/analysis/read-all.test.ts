import type { TaskSummary } from '@souk/wire'
import { expect, test } from 'vitest'
import { readAll } from '../../src/analysis/read-all.ts'

/** So many ended tasks, the newest first; how often a page of them was asked for. */
function endedTasks(count: number) {
  const all = Array.from({ length: count }, (_, i) => ({ id: `t${i}`, submittedWallMs: count - i }) as TaskSummary)
  const asked: number[] = []
  const list = async ({ limit, filter }: Parameters<Parameters<typeof readAll>[0]['list']>[0]) => {
    const from = filter?.after ? all.findIndex(({ id }) => id === filter.after!.id) + 1 : 0
    asked.push(from)
    return { tasks: all.slice(from, from + limit), total: all.length - from, missing: [] }
  }
  return { list, asked }
}

test('ended tasks are read to the first page of which nothing matters any more', async () => {
  const finder = endedTasks(9_000)
  const { tasks, truncated } = await readAll(finder, ['closed'], { kinds: [] }, (task) => task.submittedWallMs > 8_990)
  expect([finder.asked.length, truncated]).toEqual([2, false])
  expect(tasks.length).toBe(2 * finder.asked[1]!)
})

test('all are read where all matter, as far as the bound allows', async () => {
  const finder = endedTasks(30_000)
  const { tasks, truncated } = await readAll(finder, ['closed'], { kinds: [] })
  expect([tasks.length, truncated]).toEqual([10_000, true])
  expect((await readAll(endedTasks(700), ['closed'], { kinds: [] })).tasks).toHaveLength(700)
})
