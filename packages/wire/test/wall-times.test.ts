import { Value } from '@sinclair/typebox/value'
import { expect, test } from 'vitest'
import { plainSpec } from '../src/index.ts'
import { TaskEvent, TaskRecord } from '../src/task-record.ts'

test('a time that no Date can be is refused in what people read of a task', () => {
  const record = {
    id: 'a'.repeat(24),
    spec: plainSpec(),
    origin: 'p',
    submittedWallMs: 864e13,
    custodians: ['p'],
    version: 1,
  }
  const event = { wallMs: 864e13, peer: 'p', event: 'stored', detail: '' }
  expect([Value.Check(TaskRecord, record), Value.Check(TaskEvent, event)]).toEqual([true, true])
  const late = 864e13 + 1
  expect(Value.Check(TaskRecord, { ...record, submittedWallMs: late })).toBe(false)
  expect(Value.Check(TaskEvent, { ...event, wallMs: late })).toBe(false)
})
