import { expect, test } from 'vitest'
import { UnheardAwards } from '../src/unheard-awards.ts'

test('awards count until they are accepted', () => {
  const awards = new UnheardAwards()
  awards.add('a', 't1', 1, 0)
  awards.add('a', 't2', 2, 5)
  awards.add('b', 't3', 4, 5)
  expect([awards.slots('a', 10), awards.slots('b', 10), awards.slots('c', 10)]).toEqual([3, 4, 0])
  awards.accepted('a', [{ task: 't2' }])
  expect(awards.slots('a', 10)).toBe(1)
})

test('an accept of what came otherwise, or of another peer, counts for none of them', () => {
  const awards = new UnheardAwards()
  awards.add('a', 't1', 1, 0)
  awards.accepted('a', [{ task: 'auctioned' }])
  awards.accepted('b', [{ task: 't1' }])
  expect(awards.slots('a', 10)).toBe(1)
})

test('one that nobody accepts in time counts no longer', () => {
  const awards = new UnheardAwards()
  awards.add('a', 't1', 1, 0)
  awards.add('a', 't2', 1, 500)
  expect([awards.slots('a', 999), awards.slots('a', 1_000), awards.slots('a', 1_500)]).toEqual([2, 1, 0])
})

test('a peer that is gone has none', () => {
  const awards = new UnheardAwards()
  awards.add('a', 't1', 1, 0)
  awards.delete('a')
  expect(awards.slots('a', 0)).toBe(0)
})
