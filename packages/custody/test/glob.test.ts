import fc from 'fast-check'
import { expect, test } from 'vitest'
import { matchesGlob } from '../src/glob.ts'

/** The same by the language's own means; fine for the short patterns here, not for what peers send. */
const expected = (text: string, pattern: string): boolean => {
  const parts = [...pattern].map((c) => (c === '*' ? '.*' : c === '?' ? '.' : `\\u{${c.codePointAt(0)!.toString(16)}}`))
  return new RegExp(`^${parts.join('')}$`, 'su').test(text)
}

test('a pattern fits what an expression of the same meaning fits', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '/'), maxLength: 8 })
  const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '/', '*', '?'), maxLength: 6 })
  fc.assert(fc.property(text, pattern, (t, p) => matchesGlob(t, p) === expected(t, p)))
})

test('a text fits itself, and nothing of it is an expression', () => {
  const plain = fc.string({ maxLength: 20 }).filter((t) => !/[*?]/.test(t))
  fc.assert(fc.property(plain, (t) => matchesGlob(t, t)))
  expect(matchesGlob('a+b', 'a+b')).toBe(true)
  expect(matchesGlob('aab', 'a+b')).toBe(false)
})
