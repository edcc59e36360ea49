import { expect, test } from 'vitest'
import { exitCodeOfMany, exitCodeOfRefusal, exitCodeOfRun } from '../src/exit-codes.ts'

test('run exits as its task did', () => {
  expect(exitCodeOfRun({ kind: 'succeeded', code: 'ok', exitCode: 0 })).toBe(0)
  expect(exitCodeOfRun({ kind: 'failed', code: 'exit', exitCode: 3 })).toBe(3)
  expect(exitCodeOfRun({ kind: 'failed', code: 'exit', exitCode: 137 })).toBe(137)
})

test('run tells a timeout, and a task that never ran to its end, from a failure of the task', () => {
  expect(exitCodeOfRun({ kind: 'failed', code: 'timeout', exitCode: 143 })).toBe(124)
  expect(exitCodeOfRun({ kind: 'expired', code: 'deadline' })).toBe(124)
  for (const kind of ['lost', 'quarantined', 'cancelled'] as const)
    expect(exitCodeOfRun({ kind, code: 'any' })).toBe(125)
  expect(exitCodeOfRun({ kind: 'failed', code: 'unplaceable' })).toBe(125)
  expect(exitCodeOfRun({ kind: 'failed', code: 'refused', exitCode: 0 })).toBe(125)
})

test('of many tasks the worst decides: lost over unplaceable over failed over ok', () => {
  const ok = { kind: 'succeeded', code: 'ok' } as const
  const failed = { kind: 'failed', code: 'exit' } as const
  const unplaceable = { kind: 'failed', code: 'unplaceable' } as const
  const lost = { kind: 'lost', code: 'attempts-exhausted' } as const
  expect(exitCodeOfMany([])).toBe(0)
  expect(exitCodeOfMany([ok, ok])).toBe(0)
  expect(exitCodeOfMany([ok, failed])).toBe(1)
  expect(exitCodeOfMany([failed, unplaceable, ok])).toBe(2)
  expect(exitCodeOfMany([lost, unplaceable])).toBe(3)
})

test('a refused submit says whether the task cannot be placed, is unknown, or is wrong', () => {
  expect(exitCodeOfRefusal('unplaceable')).toBe(2)
  expect(exitCodeOfRefusal('unreachable')).toBe(3)
  expect(exitCodeOfRefusal('no-quorum')).toBe(1)
  for (const code of ['request-invalid', 'amount-invalid', 'where-invalid', 'ties-contradict', 'after-cycle'])
    expect(exitCodeOfRefusal(code)).toBe(64)
})
