import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { checkRecords, LmdbRecords, type StoreDamagedError } from '../src/index.ts'
import { dataFolder, openRecords } from './folder.ts'

const fileOf = (folder: string) => join(folder, 'records', 'data.mdb')

/** Records small and large, over several lives, with room that became free again. */
async function usedStore(): Promise<string> {
  const folder = dataFolder()
  const draw = draws('used store')
  for (let life = 0; life < 2; life++) {
    const records = await openRecords({ folder })
    for (let i = 0; i < 40; i++) {
      await records.write(
        Array.from({ length: 10 }, () => ({
          key: `task/${draw(200)}`,
          value: draw(4) === 0 ? undefined : { text: 'x'.repeat(draw(draw(8) === 0 ? 9000 : 300)) },
        })),
      )
    }
    await records.close()
  }
  return folder
}

/** The same numbers below `max` in every run. */
function draws(name: string): (max: number) => number {
  let count = 0
  return (max) => createHash('sha256').update(`${name} ${count++}`).digest().readUInt32LE() % max
}

function flipBit(data: Buffer, at: number, bit: number): void {
  data[at]! ^= 1 << bit
}

/** Changes the file by `change` and examines it. */
function withChange(folder: string, change: (data: Buffer) => void) {
  const data = readFileSync(fileOf(folder))
  change(data)
  writeFileSync(fileOf(folder), data)
  return checkRecords(folder)
}

test('a store in use, and a new one, are whole', async () => {
  const folder = await usedStore()
  const report = checkRecords(folder)
  expect(report).toMatchObject({ file: fileOf(folder), damage: [], damageTotal: 0 })
  expect(report.whole).toBe(report.expected)
  expect(report.whole).toBe((await openRecords({ folder })).entries('').length)
  expect(checkRecords(dataFolder())).toMatchObject({ whole: 0, expected: 0, damageTotal: 0 })
})

test('whole records are handed over, those beside damaged ones too', async () => {
  const folder = dataFolder()
  const records = await openRecords({ folder })
  await records.write(['a', 'b', 'c'].map((key) => ({ key, value: `value of ${key}` })))
  await records.close()
  const found: unknown[] = []
  withChange(folder, (data) => {
    for (let at = data.indexOf('value of b'); at >= 0; at = data.indexOf('value of b', at + 1)) data[at]! ^= 1
  })
  const report = checkRecords(folder, { onRecord: (key, value) => found.push([key, value]) })
  expect(found).toEqual([
    ['a', 'value of a'],
    ['c', 'value of c'],
  ])
  expect(report).toMatchObject({ whole: 2, expected: 3, damage: [{ key: 'b', detail: 'checksum does not match' }] })
})

test('a torn page: what was on it is missing, the rest is counted', async () => {
  const folder = await usedStore()
  const before = checkRecords(folder)
  const report = withChange(folder, (data) => {
    // The first leaf with records of tasks: its second half was never written.
    for (let at = 8192; at < data.length; at += 4096) {
      if (data.readUInt16LE(at + 18) === 2 && data.subarray(at, at + 4096).includes('task/'))
        data.fill(0, at + 2048, at + 4096)
    }
  })
  expect(report.damageTotal).toBeGreaterThan(0)
  expect(report.whole).toBeLessThan(before.whole)
  expect(report.expected).toBe(before.expected)
})

test('a file cut short is damaged, and says by how much', async () => {
  const folder = await usedStore()
  const size = readFileSync(fileOf(folder)).length
  truncateSync(fileOf(folder), 40_000)
  const report = checkRecords(folder)
  expect(report.damage[0]).toMatchObject({ key: undefined, detail: expect.stringContaining('40000 bytes, expected') })
  expect(size).toBeGreaterThan(40_000)
  truncateSync(fileOf(folder), 100)
  expect(checkRecords(folder)).toMatchObject({ expected: undefined, damageTotal: 1 })
})

test('whichever bit flips: it is found, or what LMDB then reads and writes is right', async () => {
  const folder = await usedStore()
  const whole = readFileSync(fileOf(folder))
  const content = JSON.stringify((await openRecords({ folder })).entries(''))
  const draw = draws('flips')
  let found = 0
  for (let i = 0; i < 80; i++) {
    // Half of them in the heads of pages, where LMDB itself would trip.
    const at = i % 2 === 0 ? draw(whole.length) : draw(whole.length / 4096) * 4096 + draw(64)
    const copy = dataFolder()
    mkdirSync(join(copy, 'records'))
    writeFileSync(fileOf(copy), whole)
    if (withChange(copy, (data) => flipBit(data, at, draw(8))).damageTotal > 0) {
      found++
      continue
    }
    const records = await openRecords({ folder: copy })
    expect(JSON.stringify(records.entries(''))).toBe(content)
    await records.write([{ key: 'task/new', value: 'x'.repeat(9000) }])
    await records.close()
    expect(checkRecords(copy).damageTotal).toBe(0)
  }
  expect(found).toBeGreaterThan(20)
})

test('opening a damaged store fails with the report', async () => {
  const folder = await usedStore()
  truncateSync(fileOf(folder), 40_000)
  const error = (await new LmdbRecords({ folder }).open().catch((e: unknown) => e)) as StoreDamagedError
  expect(error).toMatchObject({ code: 'store-damaged', report: checkRecords(folder) })
  expect(error.message).toContain(fileOf(folder))
})
