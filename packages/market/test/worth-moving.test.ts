import { expect, test } from 'vitest'
import { isWorthMoving } from '../src/worth-moving.ts'

const staying = { runMs: 1_000, inputBytes: 0, lineMs: 0, waitedMs: 0, rttMs: 10 }

test('a task that costs nothing to move goes to whoever has room', () => {
  expect(isWorthMoving(staying)).toBe(true)
  expect(isWorthMoving({ ...staying, runMs: undefined })).toBe(true)
})

test('one that is short by round trips that seem long stays for a second, or one and a half of them', () => {
  const slow = { ...staying, runMs: 100, rttMs: 100 }
  expect(isWorthMoving({ ...slow, waitedMs: 999 })).toBe(false)
  expect(isWorthMoving({ ...slow, waitedMs: 1_000 })).toBe(true)
  const slower = { ...staying, runMs: 100, rttMs: 2_000 }
  expect(isWorthMoving({ ...slower, waitedMs: 2_999 })).toBe(false)
  expect(isWorthMoving({ ...slower, waitedMs: 3_000 })).toBe(true)
})

test('one shorter than three round trips stays, unless the line here takes twenty of them or it has waited for that', () => {
  const short = { ...staying, runMs: 29 }
  expect(isWorthMoving({ ...short, lineMs: 199, waitedMs: 199 })).toBe(false)
  expect(isWorthMoving({ ...short, lineMs: 200 })).toBe(true)
  expect(isWorthMoving({ ...short, waitedMs: 200 })).toBe(true)
})

test('one whose data has to follow goes where it would wait for longer, the more so the less it does with the data', () => {
  const large = { ...staying, inputBytes: 12_500 * 100 }
  expect(isWorthMoving({ ...large, lineMs: 99 })).toBe(false)
  expect(isWorthMoving({ ...large, lineMs: 100 })).toBe(true)
  expect(isWorthMoving({ ...large, runMs: 100, lineMs: 499 })).toBe(false)
  expect(isWorthMoving({ ...large, runMs: 100, lineMs: 500 })).toBe(true)
  // With a measured transfer rate to the host that asks.
  expect(isWorthMoving({ ...large, lineMs: 10, bytesPerMs: 125_000 })).toBe(true)
  expect(isWorthMoving({ ...large, lineMs: 999, bytesPerMs: 1_250 })).toBe(false)
})
