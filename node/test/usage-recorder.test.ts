import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { detectInventory } from '@souk/inventory'
import { LmdbRecords } from '@souk/store-lmdb'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { DataFolder } from '../src/data-folder.ts'
import { HostWatch } from '../src/host-watch.ts'
import { coloursFor } from '../src/print/colours.ts'
import { usageText } from '../src/print/usage-text.ts'
import { isStale, readThroughput, writeThroughput } from '../src/throughput-file.ts'
import { UsageRecorder } from '../src/usage-recorder.ts'

let path = ''
beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), 'souk-usage-'))
})
afterEach(() => rmSync(path, { recursive: true }))

const look = (signal = new AbortController().signal) => detectInventory({ folder: path, path: '' }, signal)

async function withRecords<T>(work: (records: LmdbRecords) => Promise<T>): Promise<T> {
  const records = new LmdbRecords({ folder: path })
  await records.open()
  try {
    return await work(records)
  } finally {
    await records.close()
  }
}

test('how the host is used outlives the peer, in its store', async () => {
  const inventory = await look()
  const at = new Date(2026, 10, 24, 9, 30)
  const usage = await withRecords(async (records) => {
    const recorder = new UsageRecorder(records, inventory)
    for (let i = 0; i < 3; i++) recorder.sample(at)
    recorder.sampleGpus(at, 40)
    const watch = new HostWatch({ folder: folderAt(path), inventory, look, recorder, log: () => {} })
    watch.start()
    await watch.stop()
    return recorder.usage()
  })
  expect(usage.map(({ resource }) => resource)).toEqual(expect.arrayContaining(['cpu', 'memory', 'gpu']))
  expect(usage[0]!.hours).toMatchObject([{ hourOfWeek: 2 * 24 + 9, samples: 3 }])
  expect(usage.find(({ resource }) => resource === 'gpu')?.latest).toEqual({
    at: at.toISOString(),
    hourOfWeek: 2 * 24 + 9,
    value: 40,
  })
  // What was measured last is of that life alone.
  const learned = usage.map(({ latest: _, ...rest }) => rest)
  await withRecords(async (records) => expect(new UsageRecorder(records, inventory).usage()).toEqual(learned))
})

test('a store that cannot be written costs a line of the log, not the peer', async () => {
  const inventory = await look()
  const logged: string[] = []
  const recorder = await withRecords(async (records) => new UsageRecorder(records, inventory))
  const log = (_: string, message: string) => void logged.push(message)
  await new HostWatch({ folder: folderAt(path), inventory, look, recorder, log }).stop()
  expect(logged).toEqual(['this host could not be looked at'])
})

test('what is used most, and what is usual at this hour, is on a line each', () => {
  const hours = [
    { hourOfWeek: 57, samples: 120, p50: 12.4, p95: 80 },
    { hourOfWeek: 58, samples: 120, p50: 2.25, p95: 5 },
  ]
  const usage = [
    { resource: 'cpu', hours },
    { resource: 'network', hours },
  ]
  const [text] = usageText(usage, coloursFor(false, {}), new Date(2026, 10, 24, 10, 15))
  expect(text).toContain('cpu       2.3 %, 5 %              12 %, 80 % (tue 9:00)')
  expect(text).toContain('2.3 Mb/s, 5 Mb/s')
  expect(usageText([], coloursFor(false, {}))).toEqual([])
})

const folderAt = (folder: string): DataFolder => ({ path: folder, words: '', api: '', mesh: '', log: '' })

test('what was measured of a disk is kept for a month, and measured again where its file is damaged', () => {
  const folder = folderAt(path)
  expect(isStale(readThroughput(folder), Date.now())).toBe(true)
  const measured = { writeBytesPerSecond: 5e8, syncMs: 1.5, measuredAt: '2026-11-01T00:00:00.000Z' }
  writeThroughput(folder, measured)
  expect(readThroughput(folder)).toEqual(measured)
  expect(isStale(measured, Date.parse('2026-11-20'))).toBe(false)
  expect(isStale(measured, Date.parse('2026-12-20'))).toBe(true)
  writeFileSync(join(path, 'throughput.json'), '{"writeBytes')
  expect(readThroughput(folder)).toBeUndefined()
})
