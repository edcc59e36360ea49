import { SoukError } from '@souk/client'
import { expect, test } from 'vitest'
import { taskComplaint } from '../src/task-complaint.ts'

test('what is wrong with a task of a file names the task as people count, and is wrong usage', () => {
  const details = [
    { path: '/tasks/0/expect', message: 'unexpected property' },
    { path: '/tasks/2', message: 'expected object' },
  ]
  const refused = new SoukError('request-invalid', 'body /tasks/0/expect: unexpected property (and 1 more)', {
    path: '/tasks/0/expect',
    details,
  })
  expect(taskComplaint(refused)).toMatchObject({
    exitCode: 64,
    message: 'task 1: /expect: unexpected property\ntask 3: expected object',
  })
  const amount = new SoukError('amount-invalid', "cpu is '-1', which is negative", { path: '/tasks/1/request/cpu' })
  expect(taskComplaint(amount)).toMatchObject({ exitCode: 64, message: "task 2: cpu is '-1', which is negative" })
})

test('what is about no task stays as it is', () => {
  const full = new SoukError('plans-full', 'too many plans at once')
  expect(taskComplaint(full)).toBe(full)
})
