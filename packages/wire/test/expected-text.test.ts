import { Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { expect, test } from 'vitest'
import { choice, expectedText, strict } from '../src/index.ts'

const schema = strict({
  kind: choice('a', 'b'),
  size: Type.Union([Type.String(), Type.Number()]),
  count: Type.Integer(),
  name: Type.Optional(Type.String({ minLength: 1, pattern: '^[a-z]*$', description: 'small letters' })),
})

test.each([
  [{ kind: 'c', size: 1, count: 1 }, 'expected one of a, b'],
  [{ kind: 'a', size: true, count: 1 }, 'expected string or number'],
  [{ kind: 'a', size: 1, count: 1.5 }, 'expected integer'],
  [{ kind: 'a', size: 1, count: 1, name: '' }, 'it is empty'],
  [{ kind: 'a', size: 1, count: 1, name: '../x' }, 'expected small letters'],
  [{ kind: 'a', size: 1, count: 1, more: 1 }, 'unexpected property'],
])('what does not fit says what would: %j', (value, text) => {
  expect(expectedText(Value.Errors(schema, value).First()!)).toBe(text)
})
