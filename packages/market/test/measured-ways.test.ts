import { expect, test } from 'vitest'
import { offer } from './fixtures.ts'
import { awards, Stall } from './stall.ts'

/** Input that takes 10 s at the rate assumed of a link that was not measured. */
const inputs = [{ path: 'data', blob: { hash: '0'.repeat(64), sizeBytes: 125_000_000 }, mode: 0o644 }]

/** A task waits with a bearer whose host is full, and two other hosts have no room. */
function waiting(): Stall {
  const stall = new Stall({ host: offer() })
  for (const peer of ['p', 'q']) stall.members.add(peer)
  stall.local.theFree.slots = 0
  stall.wait(['a'], { inputs })
  for (const peer of ['p', 'q']) stall.noBid(peer)
  return stall
}

test('a task with data goes to a host that asks once it has waited for as long as its data takes there, as was measured', () => {
  const stall = waiting()
  stall.members.rates.set('p', 1_250_000).set('q', 1_250)
  expect(awards(stall.at(99).wanted('p'))).toEqual([])
  expect(awards(stall.at(20_000).wanted('q'))).toEqual([])
  expect(awards(stall.wanted('p'))).toEqual([['p', ['a']]])
})

test('where nothing was measured it is taken for 100 Mbit/s', () => {
  expect(awards(waiting().at(9_999).wanted('p'))).toEqual([])
  expect(awards(waiting().at(10_000).wanted('p'))).toEqual([['p', ['a']]])
})
