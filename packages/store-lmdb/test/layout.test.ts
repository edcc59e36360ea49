import { join } from 'node:path'
import fc from 'fast-check'
import { open, type RootDatabase } from 'lmdb'
import { expect, test } from 'vitest'
import { keyOf, Layout } from '../src/layout.ts'
import { dataFolder, openRecords } from './folder.ts'

/** The file of a store that is closed, as the store itself opens it. */
const openFile = (folder: string): RootDatabase<Uint8Array, string> =>
  open({ path: join(folder, 'records'), noSubdir: false, encoding: 'binary', overlappingSync: false })

/** The names in the file of a store that is closed. */
async function namesIn(folder: string): Promise<string[]> {
  const db = openFile(folder)
  const names = [...db.getKeys({})]
  await db.close()
  return names
}

test('what is about one thing lies together, and things lie in the order in which they came', async () => {
  const folder = dataFolder()
  const records = await openRecords({ folder })
  for (const id of ['f3', '0a', '77']) {
    await records.write([
      { key: `vote/${id}`, value: 1 },
      { key: `task/${id}`, value: 2 },
    ])
  }
  await records.write([{ key: 'over/f3', value: 3 }])
  await records.close()
  const order = ['over/f3', 'task/f3', 'vote/f3', 'task/0a', 'vote/0a', 'task/77', 'vote/77']
  expect((await namesIn(folder)).map(keyOf)).toEqual(order)
  // So they do in a later life, which goes on behind the last.
  const again = await openRecords({ folder })
  await again.write([
    { key: 'over/0a', value: 4 },
    { key: 'task/01', value: 5 },
  ])
  await again.close()
  expect((await namesIn(folder)).map(keyOf)).toEqual([...order.slice(0, 3), 'over/0a', ...order.slice(3), 'task/01'])
})

test('records of a souk without a layout keep their names, and are read, replaced and erased', async () => {
  const folder = dataFolder()
  const before = await openRecords({ folder })
  await before.write([
    { key: 'task/a', value: 'old' },
    { key: 'task/b', value: 'old' },
  ])
  await before.close()
  await renamePlainly(folder)
  const records = await openRecords({ folder })
  await records.write([
    { key: 'vote/a', value: 'new' },
    { key: 'task/a', value: 'newer' },
    { key: 'task/b', value: undefined },
    { key: 'task/c', value: 'new' },
  ])
  expect(records.entries('')).toEqual([
    { key: 'task/a', value: 'newer' },
    { key: 'task/c', value: 'new' },
    { key: 'vote/a', value: 'new' },
  ])
  await records.close()
  expect(await namesIn(folder)).toEqual(['task/a', 'vote/a', expect.stringMatching(/^~\w{8}:task\/c$/)])
})

/** As it would have been written then. */
async function renamePlainly(folder: string): Promise<void> {
  const db = openFile(folder)
  for (const name of [...db.getKeys({})]) {
    await db.put(keyOf(name), db.get(name)!)
    await db.remove(name)
  }
  await db.close()
}

test('whatever is written, also several writes at once and over several lives: it reads as written, each key once', async () => {
  const change = fc.record({
    key: fc.constantFrom('task/a', 'vote/a', 'over/a', 'task/b', 'vote/b', 'task/c', 'self', 'self/a'),
    value: fc.option(fc.nat(), { nil: undefined }),
  })
  const lives = fc.array(fc.array(fc.array(change, { maxLength: 6 }), { maxLength: 6 }), { minLength: 1, maxLength: 3 })
  await fc.assert(
    fc.asyncProperty(lives, async (lives) => {
      const folder = dataFolder()
      const model = new Map<string, number>()
      for (const writes of lives) {
        const records = await openRecords({ folder })
        await Promise.all(writes.map((write) => records.write(write)))
        for (const { key, value } of writes.flat()) {
          if (value === undefined) model.delete(key)
          else model.set(key, value)
        }
        expect(new Map(records.entries('').map(({ key, value }) => [key, value]))).toEqual(model)
        for (const key of ['task/a', 'self', 'none']) expect(records.get(key)).toBe(model.get(key))
        await records.close()
        expect((await namesIn(folder)).map(keyOf).sort()).toEqual([...model.keys()].sort())
      }
    }),
    { numRuns: 25 },
  )
})

test('the place of what is gone is given up, but not under a write that puts something there', () => {
  const layout = new Layout()
  const putIn = (...keys: string[]): number => {
    const write = layout.begin()
    for (const key of keys) layout.put(key)
    return write
  }
  const first = putIn('task/a', 'vote/a')
  layout.written([entry('task/a'), entry('vote/a')], first)
  const erasing = layout.begin()
  const later = putIn('task/a')
  layout.written([gone('task/a'), gone('vote/a')], erasing)
  expect(layout.size).toBe(1)
  layout.written([entry('task/a')], later)
  layout.written([gone('task/a')], layout.begin())
  expect([layout.size, layout.find('task/a')]).toEqual([0, undefined])
  // Of kinds without number some are not told apart: what is about such a thing keeps its place.
  const kinds = Array.from({ length: 40 }, (_, i) => `kind-${i}/b`)
  layout.written(kinds.map(entry), putIn(...kinds))
  layout.written(kinds.map(gone), layout.begin())
  expect(layout.size).toBe(1)
})

const entry = (key: string) => ({ key, entry: {} })
const gone = (key: string) => ({ key, entry: undefined })
