import { expect, test } from 'vitest'
import { taskOf } from '../src/task-options.ts'

test('options become the task that the API takes', () => {
  const task = taskOf(
    {
      cpu: '500m',
      mem: '2G',
      gpu: '0.5',
      need: ['licence=2'],
      env: ['A=1'],
      label: ['site=attic'],
      priority: 'high',
      timeout: '30s',
      retries: '2',
      durability: 'local',
      starts: 'at-most-once',
      expires: '2h',
      after: ['3k9x,last', '7fq2'],
      afterAny: ['8abc'],
      key: 'order-17',
      queue: false,
    },
    ['echo', 'hi'],
  )
  expect(task).toEqual({
    argv: ['echo', 'hi'],
    request: { cpu: 0.5, memory: 2e9, gpu: 0.5, custom: { licence: 2 } },
    env: { A: '1' },
    labels: { site: 'attic' },
    priority: 'high',
    timeoutMs: 30_000,
    retries: 2,
    durability: 'local',
    starts: 'at-most-once',
    expiresMs: 7_200_000,
    after: ['3k9x', 'last', '7fq2', { task: '8abc', on: 'ended' }],
    key: 'order-17',
    failIfUnplaceable: true,
  })
})

test("what is not asked for is left to the API's defaults", () => {
  expect(taskOf({ queue: true }, ['true'])).toEqual({ argv: ['true'] })
})

test("a function's arguments are JSON where they are, else text", () => {
  const task = taskOf({ function: 'add', queue: true }, ['1', '{"a":[true]}', 'word', '"1"'])
  expect(task).toEqual({ function: 'add', args: [1, { a: [true] }, 'word', '1'] })
})

test('mistakes are errors of usage that name their flag', () => {
  expect(() => taskOf({ queue: true }, [])).toThrowError(/no command to run/)
  expect(() => taskOf({ queue: true, priority: 'urgent' }, ['x'])).toThrowError(/--priority: 'urgent' is none of/)
  expect(() => taskOf({ queue: true, starts: 'once' }, ['x'])).toThrowError(/--starts: 'once' is none of at-least-once/)
  expect(() => taskOf({ queue: true, key: '' }, ['x'])).toThrowError(/--key: it has 0 characters/)
  expect(() => taskOf({ queue: true, module: 'm.js' }, ['x'])).toThrowError(/--module needs --function/)
  expect(() => taskOf({ queue: true, after: ['3k9x,'] }, ['x'])).toThrowError(/--after: an id is missing/)
  expect(() => taskOf({ queue: true, need: ['licence=x'] }, ['x'])).toThrowError(/--need/)
})
