import { emptyRequest } from '@souk/kernel'
import { expect, test } from 'vitest'
import { placeTogether } from '../src/plan/gang-places.ts'
import { hostPlansOf } from '../src/plan/host-plan.ts'
import { wantedOf } from '../src/plan/occupancy.ts'
import { shapeKey } from '../src/shape.ts'
import { offer, shape, vector } from './fixtures.ts'

const alike = shape({ request: { ...emptyRequest(), cpuMilli: 1_000 } })
const runs = { p50: 1, p90: 1 }

/** A host of four CPUs, one of which is taken until each of `ends`. */
function chanceOf(ends: readonly number[], quotaTasks?: number) {
  const request = { ...emptyRequest(), cpuMilli: 1_000 }
  const work = ends.map((endsMs) => ({ request, queued: false, gpuDevices: [], endsMs }))
  const quotas = quotaTasks === undefined ? {} : { quotas: [{ tenant: '*', quota: { tasks: quotaTasks } }] }
  const free = vector({ cpuMilli: 4_000 - 1_000 * ends.length })
  const survey = { t: 'surveyed' as const, plan: 1, free, work, durations: [], ...quotas }
  const surveyed = { peer: 'p', offer: offer(), survey }
  const [host] = hostPlansOf([surveyed], { classes: [], demands: [], assumedMs: 1_000 })
  return { host: host!, wanted: wantedOf(alike, alike.request), runs }
}

const gang = (size: number) => ({ size, shape: alike, shapeKey: shapeKey(alike), fromMs: 0 })

test('a gang that no hosts hold is not tried at all', () => {
  const tries = { left: 256 }
  expect(placeTogether([chanceOf([])], gang(5), tries)).toBe('never')
  expect(tries.left).toBe(256)
})

test('one that a quota never lets in together stops once no more of it can come', () => {
  const tries = { left: 256 }
  const chance = chanceOf([500, 9_000, 70_000], 2)
  expect(placeTogether([chance], gang(4), tries)).toBe('never')
  expect(256 - tries.left).toBeLessThanOrEqual(4)
  expect(chance.host.earliest(chance.wanted, 1, 0)).toBe(0)
})

test('each try is at a time at which something has come free, however short the runs', () => {
  const tries = { left: 256 }
  const found = placeTogether([chanceOf([500, 9_000, 70_000])], gang(4), tries)
  expect(found).toMatchObject({ startMs: 70_000 })
  expect(256 - tries.left).toBe(4)
})

test('room that is taken again later does not hide a time at which all have room', () => {
  const tries = { left: 256 }
  const chance = chanceOf([500])
  // From 600 to 700 ms the whole host is taken.
  const whole = wantedOf(alike, { ...emptyRequest(), cpuMilli: 4_000 })
  chance.host.place(whole, 'whole', { startMs: 600, runMs: 100 })
  expect(placeTogether([{ ...chance, runs: { p50: 200, p90: 200 } }], gang(4), tries)).toMatchObject({ startMs: 700 })
})

test('without tries left nothing is said and nothing put anywhere', () => {
  const tries = { left: 1 }
  const chance = chanceOf([500])
  expect(placeTogether([chance], gang(4), tries)).toBe('unsettled')
  expect(tries.left).toBe(0)
  expect(placeTogether([chance], gang(2), tries)).toBe('unsettled')
  expect(chance.host.given(shapeKey(alike))).toBe(0)
})
