import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { InterArrivals } from '../src/pools/inter-arrivals.ts'

function gaps(...list: number[]): InterArrivals {
  const histogram = new InterArrivals()
  for (const gap of list) histogram.add(gap)
  return histogram
}

describe('gaps between runs', () => {
  it('tell when the next is due: around the time after which it has come, neither long before nor after', () => {
    const everyFive = gaps(...Array.from({ length: 20 }, (_, i) => 300_000 + 1_000 * (i % 3)))
    expect(everyFive.chanceWithin(60_000, 10_000)).toBe(0)
    expect(everyFive.chanceWithin(290_000, 60_000)).toBeGreaterThan(0.5)
    expect(everyFive.chanceWithin(900_000, 10_000)).toBe(0)
  })

  it('count less the older they are', () => {
    const changed = gaps(...Array.from({ length: 150 }, () => 10_000), ...Array.from({ length: 600 }, () => 600_000))
    expect(changed.chanceWithin(0, 20_000)).toBeLessThan(0.1)
    expect(changed.total).toBeLessThan(200)
  })

  it('give a chance from 0 to 1, whatever was added and is asked, and the same after they were saved', () => {
    const any = fc.oneof(fc.double(), fc.double({ min: 0, max: 1e9 }))
    fc.assert(
      fc.property(
        fc.array(any),
        fc.double({ min: 0, max: 1e12, noNaN: true }),
        fc.double({ min: 0, max: 1e9, noNaN: true }),
        (list, idle, within) => {
          const histogram = gaps(...list)
          const chance = histogram.chanceWithin(idle, within)
          expect(chance >= 0 && chance <= 1).toBe(true)
          const again = new InterArrivals()
          again.restore(JSON.parse(JSON.stringify(histogram.save())))
          expect(again.chanceWithin(idle, within)).toBe(chance)
        },
      ),
    )
  })
})
