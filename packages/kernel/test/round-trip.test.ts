import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RoundTrip } from '../src/index.ts'

test('nothing is known before the first sample', () => {
  const rtt = new RoundTrip()
  expect([rtt.mean, rtt.p95]).toEqual([undefined, undefined])
  rtt.add(4)
  expect([rtt.mean, rtt.p95]).toEqual([4, 4])
})

test('p95 is that of the last 64 samples', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0, max: 1000, noNaN: true }), { minLength: 1, maxLength: 200 }),
      (samples) => {
        const rtt = new RoundTrip()
        for (const [i, sample] of samples.entries()) {
          rtt.add(sample)
          const last = samples.slice(Math.max(0, i - 63), i + 1).toSorted((a, b) => a - b)
          const atMost = last.filter((s) => s <= rtt.p95!).length
          // The smallest sample that at least 95 % of them do not exceed.
          expect(last).toContain(rtt.p95)
          expect(atMost).toBeGreaterThanOrEqual(0.95 * last.length)
          expect(last.filter((s) => s < rtt.p95!).length).toBeLessThan(0.95 * last.length)
        }
      },
    ),
    { numRuns: 50 },
  )
})

test('the mean moves an eighth of the way to each sample and stays among them', () => {
  const rtt = new RoundTrip()
  rtt.add(8)
  rtt.add(16)
  expect(rtt.mean).toBe(9)
  for (let i = 0; i < 100; i++) rtt.add(100)
  expect(rtt.mean).toBeCloseTo(100, 3)
})
