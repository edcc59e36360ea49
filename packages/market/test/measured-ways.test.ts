import { expect, test } from 'vitest'
import { offer } from './fixtures.ts'
import { awards, Stall } from './stall.ts'

/** 10 s at what is assumed of a way that nobody has measured. */
const inputs = [{ path: 'data', blob: { hash: '0'.repeat(64), sizeBytes: 125_000_000 }, mode: 0o644 }]

/** One waits at a host that is full, and two others have no room. */
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
