import { readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { LmdbRecords } from '../src/index.ts'
import { killAfter, startWriter } from './child.ts'
import { dataFolder, openRecords } from './folder.ts'

test('what was written is there after closing and opening again', async () => {
  const folder = dataFolder()
  const records = await openRecords({ folder })
  const value = { name: 'a', bytes: new Uint8Array([1, 2, 3]), list: [1, 'two', null, true] }
  await records.write([
    { key: 'task/a', value },
    { key: 'task/b', value: 2 },
    { key: 'other', value: 3 },
  ])
  await records.write([{ key: 'task/b', value: undefined }])
  await records.close()

  const again = await openRecords({ folder })
  expect(again.get('task/a')).toEqual(value)
  expect(again.get('task/b')).toBeUndefined()
  expect(again.entries('task/').map((e) => e.key)).toEqual(['task/a'])
  expect(again.entries('').map((e) => e.key)).toEqual(['other', 'task/a'])
})

test('a prefix finds all of its keys and none of its neighbours', async () => {
  const records = await openRecords({ folder: dataFolder() })
  const keys = ['a', 'task', 'task.', 'task/', 'task/0', 'task/zzz', 'task/é', 'task/\u{1f600}', 'task0', 'z']
  await records.write(keys.map((key, i) => ({ key, value: i })))
  const found = records.entries('task/').map((e) => e.key)
  expect(found).toEqual(keys.filter((key) => key.startsWith('task/')))
})

test('a large batch is one transaction', async () => {
  const records = await openRecords({ folder: dataFolder() })
  await records.write(Array.from({ length: 5000 }, (_, i) => ({ key: `task/${i}`, value: { i } })))
  expect(records.entries('task/')).toHaveLength(5000)
})

test('a batch with a key that cannot be stored writes nothing of it', async () => {
  const records = await openRecords({ folder: dataFolder() })
  const bad = [
    { key: 'good', value: 1 },
    { key: 'x'.repeat(1025), value: 2 },
  ]
  await expect(records.write(bad)).rejects.toMatchObject({ code: 'key-invalid' })
  await expect(records.write([{ key: '', value: 2 }])).rejects.toMatchObject({ code: 'key-invalid' })
  expect(records.entries('')).toEqual([])
})

test('every acknowledged write survives a SIGKILL, and the folder opens again', async () => {
  const folder = dataFolder()
  const acknowledged = await killAfter(startWriter(folder), 50)
  const records = await openRecords({ folder })
  const kept = new Set(records.entries('task/').map((e) => (e.value as { i: number }).i))
  expect(acknowledged.filter((i) => !kept.has(i))).toEqual([])
  // One batch is all or nothing.
  expect(records.get('last')).toBe(kept.size - 1)
})

test('a flipped byte is reported with its key', async () => {
  const folder = dataFolder()
  const records = await openRecords({ folder })
  const marker = 'the-value-of-this-record'
  await records.write([
    { key: 'task/whole', value: 'something else' },
    { key: 'task/broken', value: marker },
  ])
  await records.close()
  flipIn(join(folder, 'records', 'data.mdb'), marker)

  const failure = await new LmdbRecords({ folder }).open().catch((error: unknown) => error)
  expect(failure).toMatchObject({ code: 'store-damaged' })
  expect((failure as Error).message).toContain('task/broken')
  expect((failure as Error).message).not.toContain('task/whole')
  // Reported, and not left locked.
  await expect(new LmdbRecords({ folder }).open()).rejects.toMatchObject({ code: 'store-damaged' })
})

test('a record file that was cut short or overwritten is damaged', async () => {
  const folder = dataFolder()
  const records = await openRecords({ folder })
  await records.write(Array.from({ length: 100 }, (_, i) => ({ key: `task/${i}`, value: 'x'.repeat(1000) })))
  await records.close()
  const path = join(folder, 'records', 'data.mdb')
  for (const size of [64 * 1024, 4096, 100]) {
    truncateSync(path, size)
    await expect(new LmdbRecords({ folder }).open()).rejects.toMatchObject({ code: 'store-damaged' })
  }
  writeFileSync(path, Buffer.alloc(64 * 1024, 0x55))
  await expect(new LmdbRecords({ folder }).open()).rejects.toMatchObject({ code: 'store-damaged' })
})

test('a folder of a newer format is refused', async () => {
  const folder = dataFolder()
  await (await openRecords({ folder })).close()
  writeFileSync(join(folder, 'format'), 'souk 99\n')
  await expect(new LmdbRecords({ folder }).open()).rejects.toMatchObject({
    code: 'store-newer',
    message: expect.stringContaining('99'),
  })
})

test('a full store refuses puts, takes deletes, and then has room again', async () => {
  const records = await openRecords({ folder: dataFolder(), recordBytesMax: 1024 * 1024 })
  const value = 'x'.repeat(50_000)
  let kept = 0
  const fill = async () => {
    for (; kept < 100; kept++) await records.write([{ key: `task/${kept}`, value }])
  }
  await expect(fill()).rejects.toMatchObject({ code: 'disk-full' })
  expect(kept).toBeGreaterThan(10)
  expect(records.entries('task/')).toHaveLength(kept)

  await records.write([0, 1, 2].map((i) => ({ key: `task/${i}`, value: undefined })))
  await records.write([{ key: 'task/new', value }])
  expect(records.get('task/new')).toBe(value)
})

/** Flips a bit in the last byte of `marker`, wherever the file has it (old pages keep copies). */
function flipIn(path: string, marker: string): void {
  const data = readFileSync(path)
  const at = data.indexOf(marker)
  expect(at).toBeGreaterThan(0)
  for (let i = at; i >= 0; i = data.indexOf(marker, i + 1)) data[i + marker.length - 1]! ^= 0x20
  writeFileSync(path, data)
}
