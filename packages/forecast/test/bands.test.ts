import { describe, expect, test } from 'vitest'
import { type Band, Bands } from '../src/bands.ts'
import { NumberStore } from '../src/number-store.ts'
import { normals } from './series.ts'

/** Shares of the values that were within the band and within the quantile, when 100 is forecast of each. */
function shares(values: readonly number[]) {
  const bands = new Bands(0.9, new NumberStore())
  const band: Band = { low: 0, tau: 0, high: 0 }
  let [within, enough] = [0, 0]
  for (const value of values) {
    const spread = bands.spreadAt(100, 100)
    bands.at(100, spread, 100, band)
    if (value >= band.low && value <= band.high) within++
    if (value <= band.tau) enough++
    bands.score(value, 100, spread, 100, band)
  }
  return { within: within / values.length, enough: enough / values.length }
}

const length = 4000
const normal = normals('bands')
const series: [string, (i: number) => number][] = [
  ['even noise', () => 100 + 5 * normal()],
  ['noise that grows tenfold and shrinks', (i) => 100 + (i % 1000 < 500 ? 1 : 10) * normal()],
  ['a forecast that is too low by ever more', (i) => 100 + i / 100 + normal()],
  ['noise with heavy tails', () => 100 + Math.abs(normal() / (0.05 + Math.abs(normal())))],
  ['a wave that the forecast missed', (i) => 100 + 20 * Math.sin(i / 10) + normal()],
]

describe.each(series)('around %s', (_name, at) => {
  const { within, enough } = shares(Array.from({ length }, (_, i) => at(i)))

  test('nine of ten are within the band', () => {
    expect(Math.abs(within - 0.9)).toBeLessThan(0.02)
  })

  test('nine of ten are within the quantile, or nearly, where the noise is of one kind', () => {
    expect(enough).toBeGreaterThan(0.8)
    expect(enough).toBeLessThan(0.95)
  })
})

test('what goes to zero and stays there is within a band that reaches zero', () => {
  const bands = new Bands(0.9, new NumberStore())
  const band: Band = { low: 0, tau: 0, high: 0 }
  let [point, usual] = [100, 100]
  for (let i = 0; i < 1000; i++) {
    point *= 0.7
    usual *= 0.99
    const spread = bands.spreadAt(point, usual)
    bands.at(point, spread, usual, band)
    bands.score(0, point, spread, usual, band)
  }
  expect(point).toBeGreaterThan(0)
  expect(band.low).toBe(0)
})

test('without any error the band has no width; one error after long does not stay in it', () => {
  const bands = new Bands(0.9, new NumberStore())
  const band: Band = { low: 0, tau: 0, high: 0 }
  for (let i = 0; i < 500; i++) {
    const spread = bands.spreadAt(10, 10)
    bands.at(10, spread, 10, band)
    if (i === 399) expect(band).toEqual({ low: 10, tau: 10, high: 10 })
    bands.score(i === 400 ? 1e6 : 10, 10, spread, 10, band)
  }
  expect(band.tau).toBe(10)
})

test('a forecast is within its own band while few errors are known', () => {
  const bands = new Bands(0.9, new NumberStore())
  const band: Band = { low: 0, tau: 0, high: 0 }
  for (let seen = 1; seen < 19; seen++) {
    const spread = bands.spreadAt(100, 100)
    bands.score(seen % 2 ? 600 : 500, 100, spread, 100, band)
    bands.at(100, spread, 100, band)
    expect(band.low).toBeLessThanOrEqual(100)
    expect(band.high).toBeGreaterThanOrEqual(100)
  }
})
