import { expect, test } from 'vitest'
import { CallClaims } from '../src/call-claims.ts'

test('of the two sides that change a claim at once, one succeeds', () => {
  const mine = new CallClaims()
  const theirs = new CallClaims(mine.shared)
  mine.put(1)
  expect([theirs.begin(1), mine.takeBack(1), theirs.end(1), mine.revoke(1)]).toEqual([true, false, true, false])
  expect(mine.put(65)).toBe(true)
  expect([mine.takeBack(65), theirs.begin(65), theirs.takeBack(65)]).toEqual([true, false, false])
  mine.put(2)
  expect([theirs.begin(2), mine.revoke(2), theirs.end(2)]).toEqual([true, true, false])
})

test('a call that is not over keeps its place, and who hears late of one that was taken back finds another there', () => {
  const mine = new CallClaims()
  const theirs = new CallClaims(mine.shared)
  mine.put(1)
  expect(mine.put(65)).toBe(false)
  theirs.begin(1)
  expect([mine.put(65), theirs.end(1), mine.put(65)]).toEqual([false, true, true])
  mine.takeBack(65)
  expect(mine.put(129)).toBe(true)
  expect([theirs.begin(65), theirs.begin(129)]).toEqual([false, true])
  // Numbers go on beyond what its states have bits for.
  const far = 2 ** 32 + 5
  expect([mine.put(far), theirs.begin(far), theirs.end(far)]).toEqual([true, true, true])
})
