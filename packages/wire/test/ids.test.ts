import { Value } from '@sinclair/typebox/value'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type Ballot,
  compareBallots,
  drawsMax,
  gangNonce,
  isBearers,
  nextCounter,
  placementKey,
  TaskId,
  taskId,
} from '../src/index.ts'

const nonce = 'abcdefghjkmnpqrstvwxyz0'

describe('the id of a task', () => {
  test('is the same wherever it is made of a nonce, and another one for each draw', () => {
    const draws = Array.from({ length: drawsMax }, (_, draw) => taskId(nonce, draw))
    expect(taskId(nonce)).toBe(draws[0])
    expect(new Set(draws).size).toBe(drawsMax)
    expect(new Set(draws.map((id) => id.slice(0, -1)))).toEqual(new Set([nonce]))
  })

  test('is one on the wire, however short the nonce', () => {
    for (const text of [nonce, 'a', '', `${nonce}more`]) expect(Value.Check(TaskId, taskId(text, 15))).toBe(true)
  })
})

describe('ballots', () => {
  const ballots: fc.Arbitrary<Ballot> = fc.record({
    counter: fc.nat({ max: 3 }),
    peer: fc.constantFrom('a', 'b', 'c'),
    incarnation: fc.nat({ max: 2 }),
  })

  test('are totally ordered, and the same only where all of them is', () => {
    fc.assert(
      fc.property(ballots, ballots, ballots, (a, b, c) => {
        expect(Math.sign(compareBallots(a, b))).toBe(0 - Math.sign(compareBallots(b, a)))
        if (compareBallots(a, b) <= 0 && compareBallots(b, c) <= 0) expect(compareBallots(a, c)).toBeLessThanOrEqual(0)
        const same = a.counter === b.counter && a.peer === b.peer && a.incarnation === b.incarnation
        expect(compareBallots(a, b) === 0).toBe(same)
      }),
    )
  })

  test('are begun with counters that no other role uses, each above what was seen', () => {
    fc.assert(
      fc.property(fc.nat(), (seen) => {
        const roles = ['origin', 'bearer', 'custodian'] as const
        const [origins, bearers, custodians] = roles.map((role) => nextCounter(seen, role)) as [number, number, number]
        expect(new Set([origins, bearers, custodians]).size).toBe(3)
        for (const counter of [origins, bearers, custodians]) {
          expect(counter).toBeGreaterThan(seen)
          expect(counter).toBeLessThanOrEqual(seen + 4)
        }
        expect(isBearers({ counter: bearers, peer: 'a', incarnation: 1 })).toBe(true)
        expect(isBearers({ counter: custodians, peer: 'a', incarnation: 1 })).toBe(false)
      }),
    )
  })
})

test('members of a gang have ids of their own, and one placement', () => {
  const ids = Array.from({ length: 64 }, (_, rank) => taskId(gangNonce('abc', rank), 3, true))
  expect(new Set(ids).size).toBe(64)
  for (const id of ids) expect(Value.Check(TaskId, id)).toBe(true)
  expect(new Set(ids.map(placementKey)).size).toBe(1)
  const alone = taskId(gangNonce('abc', 0), 3)
  expect(placementKey(alone)).toBe(alone)
  expect(ids).not.toContain(alone)
})
