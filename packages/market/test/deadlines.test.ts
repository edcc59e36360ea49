import { emptyRequest } from '@souk/kernel'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { defaultMarketConfig } from '../src/config.ts'
import { Lot } from '../src/lot.ts'
import { scoringOf } from '../src/scoring.ts'
import type { Waiting } from '../src/waiting-line.ts'
import { only, shape, terms } from './fixtures.ts'
import { awards, Stall } from './stall.ts'

test('a quote says how long until the first of the lot is wanted, and 0 once that has passed', () => {
  const dueOf = (stall: Stall, over: Parameters<Stall['wait']>[1]): (number | undefined)[] =>
    only(stall.at(5_000).wait(['a'], over), 'send').flatMap(({ message }) =>
      message.t === 'quote' ? [message.dueInMs] : [],
    )
  // Submitted at wall time 0, which is 1,000,000 ms before these peers' clocks began.
  expect(dueOf(Stall.among('p'), { deadlineMs: 1_009_000 })).toEqual([4_000])
  expect(dueOf(Stall.among('p'), { deadlineMs: 10 })).toEqual([0])
  expect(dueOf(Stall.among('p'), {})).toEqual([undefined])
})

test('a bid that cannot make the deadline is taken only where no other can', () => {
  const stall = Stall.among('late', 'soon')
  stall.wait(['a', 'b'], { deadlineMs: 1_000_500 })
  stall.bid('late', { late: true, count: 2, fragMilli: -900 })
  expect(awards(stall.bid('soon'))).toEqual([
    ['soon', ['a']],
    ['late', ['b']],
  ])
  const score = (over: Parameters<typeof terms>[0]) => scoringOf(shape(), defaultMarketConfig).of(terms(over)).score
  expect(score({ late: true })).toBeGreaterThan(score({ startMs: 10_000 }))
})

test('what would do instead, in time, goes before what is preferred and late', () => {
  const stall = Stall.among('late', 'soon')
  const cpus = { ...emptyRequest(), cpuMilli: 1000 }
  stall.wait(['a', 'b'], { deadlineMs: 1_000_500, request: { ...emptyRequest(), slots: 1 }, alternatives: [cpus] })
  stall.bid('late', { late: true, count: 2 })
  const given = only(stall.bid('soon', { alternative: 1, count: 1 }), 'award')
  expect(given.map(({ to, tasks }) => [to.peer, to.alternative, tasks])).toEqual([
    ['soon', 1, ['a']],
    ['late', undefined, ['b']],
  ])
})

test('a lot goes through its tasks by deadline, whatever comes and goes in between', () => {
  const step = fc.record({
    dueWallMs: fc.option(fc.integer({ min: 0, max: 9 }), { nil: undefined }),
    next: fc.constantFrom('stay', 'withdraw', 'take'),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const lot = new Lot('k', shape())
      let model: Waiting[] = []
      const first = (): Waiting =>
        model.reduce((a, b) => ((b.dueWallMs ?? Infinity) < (a.dueWallMs ?? Infinity) ? b : a))
      steps.forEach(({ dueWallMs, next: what }, i) => {
        const added: Waiting = {
          task: `t${i}`,
          priority: 'medium',
          sinceMs: 0,
          dueWallMs,
          failIfUnplaceable: false,
          told: '',
        }
        lot.add(added)
        model.push(added)
        if (what === 'withdraw') {
          const gone = model[Math.floor(model.length / 2)]!
          expect(lot.remove(gone.task)).toBe(true)
          model = model.filter((one) => one !== gone)
        } else if (what === 'take') {
          const next = first()
          expect(lot.take(1, 0, 1_000)).toEqual([next])
          model = model.filter((one) => one !== next)
        }
        expect(lot.size).toBe(model.length)
        expect(lot.dueWallMs()).toBe(model.length === 0 ? undefined : (first().dueWallMs ?? undefined))
      })
    }),
  )
})
