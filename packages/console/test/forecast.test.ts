import type { Forecast } from '@souk/client'
import { describe, expect, test } from 'vitest'
import { bandsOf, Foretold } from '../src/index.ts'

const bucketMs = 10_000
const ahead = (point: number) => [
  { buckets: 1, point, low: point - 1, high: point + 1, quantile: point, by: 'ets' },
  { buckets: 6, point: point + 5, low: 0, high: point + 9, quantile: point, by: 'ets' },
]

const look = (untilMs: number, point: number, history: (number | null)[] = [1, null, 3], name = 'resize') =>
  ({
    at: new Date(untilMs).toISOString(),
    bucketMs,
    classes: [
      {
        class: name,
        until: new Date(untilMs).toISOString(),
        running: 0,
        quantities: [{ quantity: 'starts', history, ahead: ahead(point), accuracy: [] }],
      },
    ],
  }) as unknown as Forecast

describe('what was foretold', () => {
  test('stands beside what came, bucket by bucket, and before what is expected now', () => {
    const foretold = new Foretold()
    foretold.note(look(20_000, 7))
    const now = look(30_000, 4)
    foretold.note(now)
    const bands = bandsOf(now.classes[0]!.quantities[0]!, 30_000, bucketMs, foretold.of('resize', 'starts'))
    expect(bands).toEqual({
      wallMs: [10_000, 20_000, 30_000, 40_000, 90_000],
      actual: [1, null, 3, null, null],
      point: [null, null, 7, 4, 9],
      low: [null, null, 6, 3, 0],
      high: [null, null, 8, 5, 13],
    })
  })

  test('the first word on a bucket counts, later ones about the same do not', () => {
    const foretold = new Foretold()
    foretold.note(look(20_000, 7))
    foretold.note(look(20_000, 9))
    expect(foretold.of('resize', 'starts').get(30_000)?.point).toBe(7)
  })

  test('it is bounded, and classes that are gone are forgotten', () => {
    const foretold = new Foretold()
    for (let i = 0; i < 500; i++) foretold.note(look(i * bucketMs, i))
    expect(foretold.of('resize', 'starts').size).toBe(60)
    expect(foretold.of('resize', 'starts').get(500 * bucketMs)?.point).toBe(499)
    foretold.note(look(0, 1, [], 'other'))
    expect(foretold.of('resize', 'starts').size).toBe(0)
  })
})
