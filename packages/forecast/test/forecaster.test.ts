import { Prng } from '@souk/kernel'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Forecaster, forecastConfigFor } from '../src/index.ts'
import { configOf, daily, normals, taught } from './series.ts'

const everyAhead = [1, 2, 3, 5, 6, 12, 24, 100]

function expectSound(forecaster: Forecaster): void {
  for (const ahead of everyAhead) {
    const { point, low, high, quantile } = forecaster.forecast(ahead)!
    for (const x of [point, low, high, quantile]) expect(Number.isFinite(x) && x >= 0).toBe(true)
    expect(low).toBeLessThanOrEqual(high)
    expect(quantile).toBeLessThanOrEqual(high)
  }
}

describe('a forecaster', () => {
  test('knows nothing before the first value, and after one expects the same again', () => {
    const forecaster = new Forecaster(configOf())
    expect(forecaster.forecast(1)).toBeUndefined()
    forecaster.step(0, 7)
    expect(everyAhead.map((ahead) => forecaster.forecast(ahead)!.point)).toEqual(everyAhead.map(() => 7))
    expectSound(forecaster)
  })

  test('expects zero of what was always zero, and any value of what always had it', () => {
    for (const value of [0, 3]) {
      const { point, low, high, quantile } = taught(new Array<number>(200).fill(value)).forecast(3)!
      for (const x of [point, low, high, quantile]) expect(x).toBeCloseTo(value, 9)
    }
  })

  test('forecasts ahead only as far as it says, and whole buckets', () => {
    const forecaster = taught([1, 2, 3])
    expect([0, -1, 1.5, 289, Number.NaN].map((ahead) => forecaster.forecast(ahead))).toEqual(
      new Array(5).fill(undefined),
    )
  })

  test('beats the last value by far on a wave with noise, and keeps nine of ten within its band', () => {
    const reports = taught(daily(1500)).accuracy()
    for (const { overLastValue, coverage, accuracy } of reports) {
      expect(overLastValue).toBeLessThan(0.8)
      expect(accuracy).toBeGreaterThan(0.9)
      expect(Math.abs(coverage! - 0.9)).toBeLessThan(0.03)
    }
    expect(reports.at(-1)!.overLastValue).toBeLessThan(0.15)
  })

  test('is never much worse than the last value on a random walk, where nothing is better', () => {
    const normal = normals('walk')
    let level = 1000
    const values = Array.from({ length: 1500 }, () => (level += normal()))
    for (const { overLastValue } of taught(values).accuracy()) expect(overLastValue).toBeLessThan(1.06)
  })

  test('reaches nearly all of what the noise of counting leaves', () => {
    const prng = new Prng(3, 'poisson')
    const values = Array.from({ length: 2000 }, () => {
      let [count, time] = [0, prng.exponential(1 / 64)]
      for (; time < 1; time += prng.exponential(1 / 64)) count++
      return count
    })
    const [one] = taught(values, configOf({ periods: [], dayBuckets: 0 })).accuracy()
    expect(one!.floor).toBeCloseTo(0.9, 1)
    expect(one!.floorShare).toBeGreaterThan(0.97)
    expect(one!.floorShare).toBeLessThan(1.02)
  })
})

describe('what a forecaster is told', () => {
  test('whatever comes, it answers with finite numbers from 0 on and takes no more memory', () => {
    const odd = [Number.NaN, -1, Number.POSITIVE_INFINITY, 1e300, undefined, -0, 0, 1e15, 1e9, 5e-324]
    const value = fc.oneof(fc.constantFrom(...odd), fc.double({ min: 0, max: 1e6, noNaN: true }))
    const jump = fc.oneof(fc.constant(1), fc.integer({ min: -40, max: 40 }), fc.constantFrom(1e6, -1e6, 0.5))
    const steps = fc.array(fc.tuple(jump, value), { minLength: 1, maxLength: 120 })
    fc.assert(
      fc.property(steps, (list) => {
        const forecaster = taught([4])
        const { bytes } = forecaster
        let bucket = 1e7
        for (const [by, x] of list) {
          bucket += by
          forecaster.step(bucket, x)
        }
        expectSound(forecaster)
        expect(forecaster.bytes).toBe(bytes)
      }),
      { numRuns: 60 },
    )
  })

  test('each bucket has a verdict', () => {
    const forecaster = taught(new Array<number>(50).fill(5))
    expect(forecaster.step(50, 5)).toBe('learned')
    expect([Number.NaN, -1, 2e15, undefined].map((value, i) => forecaster.step(51 + i, value))).toEqual(
      new Array(4).fill('gap'),
    )
    expect([54, 50, 43].map((bucket) => forecaster.step(bucket, 5))).toEqual(['late', 'late', 'late'])
    expect([-1, 1.5, Number.NaN, 2 ** 60].map((bucket) => forecaster.step(bucket, 5))).toEqual(
      new Array(4).fill('no bucket'),
    )
    expect(forecaster.step(10, 5)).toBe('clock set back')
    expect(forecaster.step(11, 5)).toBe('learned')
  })

  test('a spike of a billion is forgotten at once but for the error that it was', () => {
    const values = daily(600)
    const calm = taught(values)
    const spiked = taught(values.with(500, 1e9))
    for (const ahead of [1, 3, 12, 24]) {
      const [usual, after] = [calm.forecast(ahead)!, spiked.forecast(ahead)!]
      expect(Math.abs(after.point - usual.point)).toBeLessThan(0.1 * usual.point)
      expect(after.high).toBeLessThan(2 * usual.high)
    }
  })

  test('a new level is believed within two dozen buckets, upwards and downwards', () => {
    const normal = normals('levels')
    for (const [before, after] of [
      [100, 1000],
      [1000, 100],
      [0, 50],
    ] as const) {
      const noise = (level: number): number => (level === 0 ? 0 : level + normal())
      const forecaster = taught(Array.from({ length: 324 }, (_, i) => noise(i < 300 ? before : after)))
      for (const ahead of [1, 6]) expect(Math.abs(forecaster.forecast(ahead)!.point / after - 1)).toBeLessThan(0.05)
    }
  })

  test('after a gap the season goes on where it would be', () => {
    const values = daily(600, 'gap', 1)
    for (const gap of [5, 30, 240]) {
      const forecaster = taught(values.slice(0, 300))
      for (let i = 300 + gap; i < 310 + gap; i++) forecaster.step(i, values[i])
      for (const ahead of [1, 6, 12]) {
        expect(Math.abs(forecaster.forecast(ahead)!.point - values[309 + gap + ahead]!)).toBeLessThan(12)
      }
    }
  })

  test('a clock that is set back does not stop it, nor does one that is set forward and back again', () => {
    const values = daily(500, 'clock', 1)
    const forecaster = taught(values.slice(0, 400))
    for (let i = 400; i < 440; i++) forecaster.step(i - 240, values[i])
    expect(Math.abs(forecaster.forecast(6)!.point - values[445]!)).toBeLessThan(10)
    forecaster.step(1e9, values[440])
    for (let i = 441; i < 480; i++) forecaster.step(i - 240, values[i])
    expect(forecaster.snapshot().seen).toBe(480)
    expect(Math.abs(forecaster.forecast(1)!.point - values[480]!)).toBeLessThan(20)
  })
})

describe('a saved forecaster', () => {
  test('goes on as if nothing had been, through JSON', () => {
    const values = daily(400).map((value, i) => (i % 37 === 5 ? undefined : value))
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 380 }), (at) => {
        const whole = taught(values.slice(0, at))
        const restored = Forecaster.restored(configOf(), JSON.parse(JSON.stringify(whole.save())))!
        for (let i = at; i < at + 20; i++) {
          expect(restored.step(i, values[i])).toBe(whole.step(i, values[i]))
          for (const ahead of [1, 5, 24]) expect(restored.forecast(ahead)).toEqual(whole.forecast(ahead))
        }
        expect(restored.accuracy()).toEqual(whole.accuracy())
        expect(restored.snapshot()).toEqual(whole.snapshot())
      }),
      { numRuns: 20 },
    )
  })

  test('is refused where it is of another config or not one at all', () => {
    const saved = taught(daily(50)).save()
    const other = [configOf({ periods: [12] }), configOf({ horizons: [1] }), configOf({ tau: 0.5 })]
    expect(other.map((config) => Forecaster.restored(config, saved))).toEqual([undefined, undefined, undefined])
    const broken = [undefined, null, 1, {}, [], { ...saved, version: 0 }, { ...saved, numbers: saved.numbers.slice(1) }]
    expect(broken.map((data) => Forecaster.restored(configOf(), data))).toEqual(broken.map(() => undefined))
    const text = { ...saved, numbers: saved.numbers.with(0, saved.numbers[0]!.map(() => 'x') as never) }
    expect(Forecaster.restored(configOf(), text)).toBeUndefined()
  })
})

describe('the usual config', () => {
  test('has the hour, the day and the week that are of at least four buckets', () => {
    expect(forecastConfigFor(10_000).periods).toEqual([360, 8640, 60_480])
    expect(forecastConfigFor(3_600_000)).toMatchObject({ periods: [24, 168], dayBuckets: 24 })
    expect(forecastConfigFor(86_400_000)).toMatchObject({ periods: [7], dayBuckets: 0 })
  })

  test('takes 28 kB a series at most', () => {
    for (const bucketMs of [1_000, 10_000, 60_000, 3_600_000]) {
      expect(new Forecaster(forecastConfigFor(bucketMs)).bytes).toBeLessThanOrEqual(28_000)
    }
  })

  test.each([
    { horizons: [] },
    { horizons: [3, 1] },
    { horizons: [0.5] },
    { horizons: [289] },
    { periods: [1] },
    { tau: 1 },
  ])('%o is a bug', (changes) => {
    expect(() => new Forecaster(configOf(changes))).toThrow(/horizons|periods|tau/)
  })
})
