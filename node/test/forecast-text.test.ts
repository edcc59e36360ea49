import type { ClassForecast } from '@souk/client'
import { expect, test } from 'vitest'
import { coloursFor } from '../src/print/colours.ts'
import { forecastsText, forecastText } from '../src/print/forecast-text.ts'

const colours = coloursFor(false, {})
const lines = (text: string) => text.split('\n').map((line) => line.trim().replaceAll(/ {2,}/g, ' | '))

const render: ClassForecast = {
  class: 'render',
  until: '2026-11-28T20:00:00.000Z',
  running: 2,
  quantities: [
    {
      quantity: 'workers',
      history: [null, 1, 4, 2],
      ahead: [{ buckets: 1, point: 2.25, low: 0, high: 4, quantile: 3.5, by: 'combination' }],
      accuracy: [{ buckets: 1, count: 60, accuracy: 0.81, floor: 0.9, mase: 0.7, coverage: 0.9 }],
    },
    { quantity: 'memoryBytes', history: [0, 0, 2e9, 0], ahead: [], accuracy: [] },
    // Nothing is said of it.
    { quantity: 'networkBytes', history: [0, 0, null, 0], ahead: [], accuracy: [] },
  ],
  warm: {
    mode: 'live',
    target: 4,
    code: 'forecast',
    reason: 'so it is',
    tau: 0.9,
    free: 2,
    warmUpMs: 120,
    measured: true,
    aheadBuckets: 1,
    coldStarts: 1,
    idleMs: 0,
    warmStarts: 9,
    executorCode: 'warm-failed',
    executorDetail: 'it ended with 3: no licence',
    idleShare: 0.5,
    gaps: 9,
    keepWindows: [{ fromMs: 0, toMs: 20_000 }],
    trial: {
      buckets: 90,
      busyBuckets: 40,
      bucketsNeeded: 60,
      busyBucketsNeeded: 10,
      forecastCost: 20,
      lastUsedCost: 60,
      recentForecastCost: 5,
      recentLastUsedCost: 20,
    },
  },
}
const { free: _, ...never } = render.warm
const command: ClassForecast = { ...render, class: 'make', quantities: [], warm: { ...never, mode: 'shadow' } }
const at = { at: '2026-11-28T20:00:05.000Z', bucketMs: 10_000 }

test('an overview has one line a class', () => {
  expect(lines(forecastsText({ ...at, classes: [command, render] }, colours))).toEqual([
    'class | at once, last 40 s | now | next | provision | accuracy | floor | warm | who decides',
    'make | 2 | - | - | - | - | - | nobody',
    'render | ▂█▄ | 2 | 2.3 | 3.5 | 81 % | 90 % | 4 | forecast; warm-failed',
  ])
  expect(forecastsText({ ...at, classes: [] }, colours)).toMatch(/^no class is followed yet: /)
})

test('one class in full: what was, what is expected and how good that was, what stands warm and why', () => {
  expect(lines(forecastText(render, 10_000, colours))).toEqual([
    'render: 2 runs now, counted by 10 s',
    'at once | ▂█▄ | at most 4; nothing is known of 1',
    'memory | █ | at most 2 GB',
    'ahead | expected | 90 % within | provision | accuracy | floor | MASE | in band',
    'at once | 10 s | 2.3 | 0 to 4 | 3.5 | 81 % | 90 % | 0.70 | 90 %',
    'warm workers | 4 wanted, 2 free now',
    'who decides | forecast: so it is',
    'a cold start | takes 120 ms, so an order counts 10 s ahead; 1 cold start, 9 warm ones',
    'worth keeping | 0 ms to 20 s after the last run',
    'executor | warm-failed: it ended with 3: no licence',
  ])
  const kept: ClassForecast = { ...render, warm: { ...render.warm, mode: 'shadow', target: 0, ordered: 1, free: 1 } }
  expect(lines(forecastText(kept, 10_000, colours))).toContain(
    'warm workers | 1 ordered, 1 free now; forecasts would order 0',
  )
  expect(lines(forecastsText({ ...at, classes: [kept] }, colours)).at(-1)).toBe(
    'render | ▂█▄ | 2 | 2.3 | 3.5 | 81 % | 90 % | 1 | last use; warm-failed',
  )
  expect(lines(forecastText(command, 10_000, colours)).slice(1)).toEqual([
    '',
    'nothing is foretold yet: it takes six spans',
    'who decides | nobody: so it is',
  ])
})

test('what a class never took has no line', () => {
  const text = forecastText(render, at.bucketMs, colours)
  expect(text).toContain('memory')
  expect(text).not.toContain('in and out')
})

test('an overview on a narrow terminal keeps what runs and what stands warm', () => {
  const text = forecastsText({ ...at, classes: [command, render] }, colours, 40)
  expect(text.split('\n').filter((line) => line.length > 40)).toEqual([])
  expect(lines(text)[0]).toMatch(/^class .*now \| next .*warm$/)
})
