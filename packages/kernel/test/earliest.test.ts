import { expect, test } from 'vitest'
import { earliest } from '../src/index.ts'

test('the earliest of the times that are set', () => {
  expect(earliest(5, undefined, 3, 9)).toBe(3)
  expect(earliest(0, -1)).toBe(-1)
})

test('is none where none is set, or all are never', () => {
  expect([earliest(), earliest(undefined), earliest(Infinity, undefined)]).toEqual([undefined, undefined, undefined])
})
