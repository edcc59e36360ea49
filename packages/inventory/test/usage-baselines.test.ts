import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { measureThroughput, UsageBaselines, UsageMeter, usageResources } from '../src/index.ts'
import { percentScale, rateScale } from '../src/usage/scale.ts'
import { parseDiskBusyMs, parseLinkBytes } from '../src/usage/usage-meter.ts'
import { recordedFiles } from './recorded-files.ts'

const hourMs = 3_600_000
const weekMs = 168 * hourMs
const nine = { wallMs: 9 * hourMs, hourOfWeek: 9 }

test.each([
  ['cpu', percentScale],
  ['network', rateScale],
] as const)('quantiles of %s are right to the bucket they are in', (resource, scale) => {
  const value = fc.double({ min: 0, max: scale.at(-1)!, noNaN: true })
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 300 }), (values) => {
      const baselines = UsageBaselines.empty()
      for (const each of values) baselines.add(nine, { [resource]: each })
      const sorted = values.toSorted((a, b) => a - b)
      const [hour] = baselines.hours(resource)
      expect(hour).toMatchObject({ hourOfWeek: 9, samples: values.length })
      for (const [q, got] of [
        [0.5, hour!.p50],
        [0.95, hour!.p95],
      ] as const) {
        const exact = sorted[Math.ceil(q * sorted.length) - 1]!
        const bucket = scale.findIndex((end) => exact <= end)
        expect(got).toBeGreaterThanOrEqual(bucket === 0 ? 0 : scale[bucket - 1]!)
        expect(got).toBeLessThanOrEqual(scale[bucket]!)
      }
    }),
  )
})

test('hours are apart, and so are resources', () => {
  const baselines = UsageBaselines.empty()
  baselines.add(nine, { cpu: 80, network: 3 })
  baselines.add({ wallMs: 10 * hourMs, hourOfWeek: 10 }, { cpu: 5 })
  expect(baselines.hours('cpu').map(({ hourOfWeek }) => hourOfWeek)).toEqual([9, 10])
  expect(baselines.hours('network').map(({ hourOfWeek }) => hourOfWeek)).toEqual([9])
  expect(baselines.hours('gpu')).toEqual([])
})

test('a new habit wins over the old one within weeks, and what is kept does not grow', () => {
  const baselines = UsageBaselines.empty()
  const size = () => JSON.stringify(baselines.snapshot()).length
  for (let week = 0; week < 20; week++) {
    for (let i = 0; i < 120; i++) baselines.add({ ...nine, wallMs: nine.wallMs + week * weekMs + i }, { cpu: 90 })
  }
  const grown = size()
  for (let week = 20; week < 22; week++) {
    for (let i = 0; i < 120; i++) baselines.add({ ...nine, wallMs: nine.wallMs + week * weekMs + i }, { cpu: 4 })
  }
  const [hour] = baselines.hours('cpu')
  expect(hour!.p50).toBeLessThan(6)
  expect(hour!.samples).toBeLessThan(240)
  expect(size()).toBeLessThan(grown + 50)
})

test('they come back from the store as they were; what is something else begins anew', () => {
  const baselines = UsageBaselines.empty()
  for (let i = 0; i < 50; i++) baselines.add(nine, { cpu: i * 2, disk: i, memory: 40, gpu: 0, network: i * i })
  const back = UsageBaselines.from(structuredClone(baselines.snapshot()))
  for (const resource of usageResources) expect(back.hours(resource)).toEqual(baselines.hours(resource))
  // The same hour goes on, it is not a new visit.
  back.add({ ...nine, wallMs: nine.wallMs + 1000 }, { cpu: 1 })
  expect(back.hours('cpu')[0]!.samples).toBe(51)
  const { counts } = baselines.snapshot() as { counts: Record<string, Uint8Array> }
  for (const other of [undefined, null, 5, {}, { format: 1, counts, sampledHours: new Uint8Array(3) }, { format: 2 }])
    expect(UsageBaselines.from(other).hours('cpu')).toEqual([])
})

test('readings that are none are left out, those beyond the scale count as its end', () => {
  const baselines = UsageBaselines.empty()
  baselines.add(nine, { cpu: Number.NaN, memory: -1, gpu: undefined, network: 1e9 })
  expect([...baselines.hours('cpu'), ...baselines.hours('memory'), ...baselines.hours('gpu')]).toEqual([])
  expect(baselines.hours('network')[0]!.p95).toBeLessThanOrEqual(rateScale.at(-1)!)
})

const diskstats =
  ' 254       0 vda 685801 106776 18081170 1041667 22888420 455220 220045488 24569691 0 1363376 26381503 0 0 0 0 1 2\n' +
  ' 254       1 vda1 1 2 3 4 5 6 7 8 9 10 11\n'
const netDev = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo: 999 1    0    0    0     0          0         0 999 1    0    0    0     0       0          0
  eth0: 1000   44967    0    0    0     0          0         0  500   35306    0    0    0     0       0          0
`

test('how long a disk was busy, and what went over links, is read from the kernel', () => {
  expect(parseDiskBusyMs(diskstats, 'vda')).toBe(1363376)
  expect(parseDiskBusyMs(diskstats, 'sda')).toBeUndefined()
  expect(parseLinkBytes(netDev, ['eth0', 'eth1'])).toBe(1500)
  expect(parseLinkBytes(netDev, ['wlan0'])).toBeUndefined()
})

test('a counter that began anew tells nothing once', () => {
  const texts = { '/proc/diskstats': diskstats, '/proc/net/dev': netDev }
  const meter = new UsageMeter({ disk: 'vda', links: ['eth0'] }, recordedFiles(texts))
  expect(meter.read()).toMatchObject({ diskPercent: 0, networkMbps: 0 })
  texts['/proc/diskstats'] = diskstats.replace('1363376', '12')
  texts['/proc/net/dev'] = netDev.replace('1000', '0')
  expect(meter.read()).toMatchObject({ diskPercent: undefined, networkMbps: undefined })
})

test('measuring a disk leaves nothing behind', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'souk-throughput-'))
  try {
    const measured = await measureThroughput(folder, new AbortController().signal)
    expect(measured.writeBytesPerSecond).toBeGreaterThan(0)
    expect(measured.syncMs).toBeGreaterThanOrEqual(0)
    expect(Date.parse(measured.measuredAt)).not.toBeNaN()
    await expect(measureThroughput(folder, AbortSignal.abort())).rejects.toThrowError(/abort/i)
    expect(readdirSync(folder)).toEqual([])
  } finally {
    rmSync(folder, { recursive: true })
  }
})
