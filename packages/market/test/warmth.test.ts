import { expect, test } from 'vitest'
import { only } from './fixtures.ts'
import { Stall } from './stall.ts'

test('where two hosts are alike, the one with a warm worker gets the task', () => {
  const stall = Stall.among('cold', 'warm')
  stall.wait(['a'])
  stall.bid('cold', { coldMs: 400 })
  const [award] = only(stall.bid('warm', { warm: true }), 'award')
  expect(award?.to.peer).toBe('warm')
})
