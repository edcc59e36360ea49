import { expect, test } from 'vitest'
import { SelfStore } from '../src/index.ts'
import { dataFolder, openRecords } from './folder.ts'

test('the identity is made once and kept', async () => {
  const folder = dataFolder()
  const records = await openRecords({ folder })
  const key = await new SelfStore(records).identity(() => new Uint8Array([1, 2, 3]))
  await records.close()
  const again = await new SelfStore(await openRecords({ folder })).identity(() => new Uint8Array([9]))
  expect([...again]).toEqual([...key])
})

test('the incarnation rises with every start', async () => {
  const folder = dataFolder()
  for (const expected of [1, 2, 3]) {
    const records = await openRecords({ folder })
    expect(await new SelfStore(records).nextIncarnation()).toBe(expected)
    await records.close()
  }
})

test('a store that was found to be an old copy gives no life again, also in a later one', async () => {
  const folder = dataFolder()
  const records = await openRecords({ folder })
  await new SelfStore(records).markBehind({ seen: 9, own: 4 })
  await records.close()
  const again = new SelfStore(await openRecords({ folder })).nextIncarnation()
  await expect(again).rejects.toMatchObject({ code: 'store-behind', seen: 9, own: 4 })
})

test('a record of self that is not what it must be is damage', async () => {
  const records = await openRecords({ folder: dataFolder() })
  await records.write([
    { key: 'self/incarnation', value: 'two' },
    { key: 'self/identity', value: 2 },
  ])
  const self = new SelfStore(records)
  await expect(self.nextIncarnation()).rejects.toMatchObject({ code: 'store-damaged' })
  await expect(self.identity(() => new Uint8Array(1))).rejects.toMatchObject({ code: 'store-damaged' })
})
