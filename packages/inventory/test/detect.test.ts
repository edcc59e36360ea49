import { existsSync } from 'node:fs'
import { tmpdir, totalmem } from 'node:os'
import { expect, test } from 'vitest'
import { detectInventory, entriesOf, entryKinds, toOffer, UsageMeter } from '../src/index.ts'
import { parseMemInfo } from '../src/memory/mem-info.ts'
import { parseSpeed } from '../src/network/links.ts'

const signal = new AbortController().signal
const look = (folder = tmpdir()) => detectInventory({ folder, path: process.env.PATH ?? '' }, signal)

test('this very host is found, and what it offers fits into it', async () => {
  const inventory = await look()
  const [cpu] = entriesOf(inventory, 'cpu')
  expect(cpu!.facts.model).not.toBe('')
  expect(cpu!.facts.cores).toBeGreaterThan(0)
  expect(cpu!.facts.usableMilli).toBeLessThanOrEqual(cpu!.facts.threads * 1000)
  const ram = entriesOf(inventory, 'memory').find(({ id }) => id === 'memory/ram')!.facts
  expect(ram.totalBytes).toBe(totalmem())
  expect(ram.availableBytes).toBeLessThanOrEqual(ram.usableBytes)
  const { capacity } = toOffer(inventory, { executors: ['process'] })
  expect(capacity.cpuMilli).toBeGreaterThan(0)
  expect(capacity.memoryBytes).toBeLessThan(totalmem())
  expect(capacity.diskBytes).toBeGreaterThan(0)
})

test('every entry has an id of its own, a time and a state with its reason; kinds come in their order', async () => {
  const { entries, seenAt } = await look()
  expect(new Set(entries.map(({ id }) => id)).size).toBe(entries.length)
  const order = entries.map(({ kind }) => entryKinds.indexOf(kind))
  expect(order).toEqual(order.toSorted((a, b) => a - b))
  for (const entry of entries) {
    expect(entry.seenAt).toBe(seenAt)
    expect(entry.availability.state === 'available' || entry.availability.reason !== '').toBe(true)
  }
})

test('ids are the same at the next look', async () => {
  const ids = async () => (await look()).entries.map(({ id }) => id)
  expect(await ids()).toEqual(await ids())
})

test('exactly one file system holds the data folder, also before that exists', async () => {
  for (const folder of [tmpdir(), '/nowhere/at/all']) {
    const storage = entriesOf(await look(folder), 'storage')
    const holding = storage.filter(({ facts }) => facts.type === 'mount' && facts.holdsData)
    expect(holding).toHaveLength(1)
    expect(holding[0]!.facts).toMatchObject({ freeBytes: expect.any(Number) })
  }
})

test('node is among the software, and what is on PATH is where it is said to be', async () => {
  const software = entriesOf(await look(), 'software')
  expect(software[0]).toMatchObject({ name: 'node', facts: { version: process.versions.node } })
  for (const { facts } of software) expect(existsSync(facts.path!)).toBe(true)
})

test.each([
  ['1000\n', 1000],
  ['-1\n', undefined],
  ['', undefined],
  [undefined, undefined],
])('a link speed of %j is %s', (text, speed) => expect(parseSpeed(text)).toBe(speed))

test('memory that the page cache would give back counts as available', () => {
  const text = 'MemTotal:       24683620 kB\nMemFree:        23414980 kB\nMemAvailable:   23730456 kB\n'
  expect(parseMemInfo(text).availableBytes).toBe(23730456 * 1024)
  expect(parseMemInfo('MemTotal: 1 kB\n').availableBytes).toBeUndefined()
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
