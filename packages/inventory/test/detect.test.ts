import { tmpdir, totalmem } from 'node:os'
import { expect, test } from 'vitest'
import { detectInventory, toOffer, UsageMeter } from '../src/index.ts'
import { parseSpeed } from '../src/network.ts'
import { parseMemAvailable } from '../src/usage.ts'

test('this very host is found, and what it offers fits into it', async () => {
  const inventory = await detectInventory(tmpdir(), new AbortController().signal)
  expect(inventory.cpu.model).not.toBe('')
  expect(inventory.cpu.cores).toBeGreaterThan(0)
  expect(inventory.cpu.usableMilli).toBeLessThanOrEqual(inventory.cpu.threads * 1000)
  expect(inventory.memory.totalBytes).toBe(totalmem())
  expect(inventory.disk.freeBytes).toBeLessThanOrEqual(inventory.disk.totalBytes)
  const { capacity } = toOffer(inventory, { executors: ['process'] })
  expect(capacity.cpuMilli).toBeGreaterThan(0)
  expect(capacity.memoryBytes).toBeLessThan(totalmem())
  expect(capacity.diskBytes).toBeLessThanOrEqual(inventory.disk.freeBytes)
})

test('a data folder that does not exist is an error', async () => {
  await expect(detectInventory('/nowhere/at/all', new AbortController().signal)).rejects.toMatchObject({
    code: 'ENOENT',
  })
})

test.each([
  ['1000\n', 1000],
  ['-1\n', undefined],
  ['', undefined],
  [undefined, undefined],
])('a link speed of %j is %s', (text, speed) => expect(parseSpeed(text)).toBe(speed))

test('memory that the page cache would give back counts as available', () => {
  const text = 'MemTotal:       24683620 kB\nMemFree:        23414980 kB\nMemAvailable:   23730456 kB\n'
  expect(parseMemAvailable(text)).toBe(23730456 * 1024)
  expect(parseMemAvailable('MemTotal: 1 kB\n')).toBeUndefined()
})

test('use is read in bounds, and twice in a row', () => {
  const meter = new UsageMeter()
  for (let i = 0; i < 2; i++) {
    const usage = meter.read()
    expect(usage.cpuPercent).toBeGreaterThanOrEqual(0)
    expect(usage.cpuPercent).toBeLessThanOrEqual(100)
    expect(usage.memoryUsedBytes).toBeGreaterThan(0)
    expect(usage.memoryUsedBytes).toBeLessThan(usage.memoryTotalBytes)
    expect(usage.selfMemoryBytes).toBeGreaterThan(1e6)
  }
})
