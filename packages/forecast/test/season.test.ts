import { describe, expect, test } from 'vitest'
import { NumberStore } from '../src/number-store.ts'
import { Season } from '../src/season.ts'
import { Seasons } from '../src/seasons.ts'
import { daily, normals } from './series.ts'

function seen(period: number, values: readonly (number | undefined)[]): Season {
  const season = new Season(period, new NumberStore())
  values.forEach((value, bucket) => {
    if (value !== undefined) season.learn(bucket, value)
  })
  return season
}

describe('a season', () => {
  test('is strong where a wave comes back, and is used after two and a half of them', () => {
    expect(seen(24, daily(500, 'strong', 0)).strength).toBeGreaterThan(0.99)
    expect(seen(24, daily(500)).strength).toBeGreaterThan(0.95)
    const values = daily(60)
    expect(seen(24, values.slice(0, 59)).used).toBe(false)
    expect(seen(24, values).used).toBe(true)
  })

  test('is none in noise, in a walk, in what is always the same, or at another period', () => {
    const normal = normals('noise')
    const noise = Array.from({ length: 2000 }, () => 100 + 10 * normal())
    let level = 1000
    const walk = Array.from({ length: 2000 }, () => (level += normal()))
    for (const values of [noise, walk, new Array<number>(2000).fill(5)]) expect(seen(24, values).used).toBe(false)
    expect(seen(17, daily(2000)).used).toBe(false)
  })

  test('is given up when it ends', () => {
    const normal = normals('ends')
    const values = [...daily(500), ...Array.from({ length: 500 }, () => 100 + 5 * normal())]
    expect(seen(24, values.slice(0, 500)).used).toBe(true)
    expect(seen(24, values).used).toBe(false)
  })

  test('knows what was a season before, also where some was not seen', () => {
    const values: (number | undefined)[] = Array.from({ length: 48 }, (_, i) => i)
    expect(seen(24, values).before(48)).toBe(24)
    values[30] = undefined
    expect(seen(24, values).before(54)).toBe(6)
  })

  test('that is long is kept in slots, and read between their middles', () => {
    const wave = (i: number): number => 100 + 50 * Math.sin((2 * Math.PI * i) / 8640)
    const store = new NumberStore()
    const season = new Season(8640, store)
    for (let i = 0; i < 3 * 8640; i++) season.learn(i, wave(i))
    expect(store.bytes).toBeLessThan(2500)
    expect(season.used).toBe(true)
    for (const i of [0, 1, 100, 4000, 8639]) {
      expect(Math.abs(season.before(3 * 8640 + i) - wave(i))).toBeLessThan(0.5)
      expect(Math.abs(season.usual(3 * 8640 + i) - wave(i))).toBeLessThan(0.5)
    }
  })
})

test('of several seasons the strongest is taken off', () => {
  const seasons = new Seasons([24, 168], new NumberStore())
  const weekly = (i: number): number => 100 + 50 * Math.sin((2 * Math.PI * i) / 168)
  for (let i = 0; i < 1000; i++) seasons.learn(i, weekly(i))
  expect(seasons.all.map(({ used }) => used)).toEqual([false, true])
  expect(seasons.plain(1010, weekly(1010))).toBeCloseTo(100, -1)
})
