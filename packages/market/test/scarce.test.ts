import { describe, expect, test } from 'vitest'
import { offer, only, vector } from './fixtures.ts'
import { asked, awards, Stall } from './stall.ts'

const hosts = Array.from({ length: 60 }, (_, i) => `h${String(i).padStart(2, '0')}`)

/** Places one task after the other, where only the first host asked has room; returns how many were asked each time. */
function askedEach(stall: Stall, rounds: number): number[] {
  const counts: number[] = []
  for (let i = 0; i < rounds; i++) {
    const [first, ...others] = asked(stall.wait([`t${i}`]))
    counts.push(1 + others.length)
    for (const peer of others) stall.noBid(peer)
    stall.bid(first!)
    stall.pass(100)
  }
  return counts
}

describe('where few have room', () => {
  test('more are asked at once, up to a bound', () => {
    const counts = askedEach(Stall.among(...hosts), 20)
    expect(counts[0]).toBe(8)
    expect(counts.at(-1)).toBe(24)
    expect(counts).toEqual(counts.toSorted((a, b) => a - b))
  })

  test('other classes are asked for as before', () => {
    const stall = Stall.among(...hosts)
    askedEach(stall, 20)
    expect(asked(stall.wait(['x'], { class: 'another' }))).toHaveLength(8)
  })

  test('what nobody had room for is asked about as usual: it waits for whoever asks', () => {
    const stall = Stall.among(...hosts)
    askedEach(stall, 20)
    let now = asked(stall.wait(['x']))
    expect(now).toHaveLength(24)
    while (now.length > 0) now = asked(now.flatMap((peer) => stall.noBid(peer)))
    expect(asked(stall.pass(25))).toHaveLength(8)
  })

  test('the bid that fewest others were made beside is taken', () => {
    const stall = Stall.among('p', 'q', 'r')
    stall.wait(['a'])
    stall.bid('p', { racedMilli: 2000 })
    stall.bid('q', { racedMilli: 500 })
    const effects = stall.bid('r', { racedMilli: 1000 })
    expect(awards(effects)).toEqual([['q', ['a']]])
    expect(only(effects, 'award')[0]?.alternates.map(({ peer }) => peer)).toEqual(['r', 'p'])
  })
})

describe('a task that others had before', () => {
  /** Task a comes back to the market after h00 and h01 had it. */
  function returned(): Stall {
    const stall = Stall.among(...hosts.slice(0, 4))
    stall.comesBack('a', ['h00', 'h01'])
    return stall
  }

  test('is not asked of them, and more of the others are at once', () => {
    expect(asked(returned().wake())).toEqual(['h02', 'h03'])
    const many = Stall.among(...hosts)
    many.comesBack('a', ['h00'])
    expect(asked(many.wake())).toHaveLength(24)
  })

  test('is not given to them when they ask for work, but to others', () => {
    const stall = returned()
    stall.wake()
    stall.noBid('h02')
    stall.noBid('h03')
    expect(awards(stall.wanted('h00'))).toEqual([])
    expect(awards(stall.wanted('h02'))).toEqual([['h02', ['a']]])
  })

  test('is kept as soon as this host has room', () => {
    const stall = new Stall({ host: offer({ capacity: vector({ slots: 1 }) }) })
    stall.members.add('h00')
    stall.comesBack('a', ['h00'])
    expect(only(stall.wake(), 'keep')).toMatchObject([{ tasks: ['a'] }])
  })
})
