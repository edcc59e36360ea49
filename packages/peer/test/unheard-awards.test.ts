import { expect, test } from 'vitest'
import { UnheardAwards } from '../src/unheard-awards.ts'

test('awards count until they are accepted, the oldest first', () => {
  const awards = new UnheardAwards()
  awards.add('a', 1, 0)
  awards.add('a', 2, 5)
  awards.add('b', 4, 5)
  expect([awards.slots('a', 10), awards.slots('b', 10), awards.slots('c', 10)]).toEqual([3, 4, 0])
  awards.accepted('a', 1)
  expect(awards.slots('a', 10)).toBe(2)
})

test('one that nobody accepts in time counts no longer', () => {
  const awards = new UnheardAwards()
  awards.add('a', 1, 0)
  awards.add('a', 1, 500)
  expect([awards.slots('a', 999), awards.slots('a', 1_000), awards.slots('a', 1_500)]).toEqual([2, 1, 0])
})

test('a peer that is gone has none', () => {
  const awards = new UnheardAwards()
  awards.add('a', 1, 0)
  awards.delete('a')
  expect(awards.slots('a', 0)).toBe(0)
})
