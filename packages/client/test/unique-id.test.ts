import { expect, test } from 'vitest'
import { uniqueId } from '../src/unique-id.ts'

test('no two are alike, and each is fit for a session or a key', () => {
  const ids = Array.from({ length: 10_000 }, uniqueId)
  expect(new Set(ids).size).toBe(ids.length)
  for (const id of ids) expect(id).toMatch(/^[0-9a-z-]{16,64}$/)
})
