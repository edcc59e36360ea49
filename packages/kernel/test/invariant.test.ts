import { expect, test } from 'vitest'
import { InvariantError, invariant } from '../src/index.ts'

test('a broken invariant throws its own kind of error, with what was expected', () => {
  expect(() => invariant(false, 'a lease has an owner')).toThrow(new InvariantError('a lease has an owner'))
  expect(() => invariant(0, 'x')).toThrow(InvariantError)
  expect(() => invariant('held', 'x')).not.toThrow()
})
