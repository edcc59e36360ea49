import { expect, test } from 'vitest'
import { type TaskOptions, taskOf } from '../src/task-options.ts'

test('options become the task that the API takes', () => {
  const task = taskOf(
    {
      cpu: '500m',
      mem: '2G',
      gpu: '0.5',
      need: ['licence=2'],
      or: ['cpu=16,mem=8G', 'licence=1'],
      env: ['A=1'],
      label: ['site=attic'],
      where: 'cores >= 8',
      group: 'db',
      near: ['cache'],
      preferApart: ['db'],
      priority: 'high',
      timeout: '30s',
      expect: '5s',
      retries: '2',
      durability: 'local',
      starts: 'at-most-once',
      expires: '2h',
      objective: 'cheap',
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
    alternatives: [{ cpu: 16, memory: 8e9 }, { custom: { licence: 1 } }],
    env: { A: '1' },
    labels: { site: 'attic' },
    where: 'cores >= 8',
    group: 'db',
    near: [{ group: 'cache' }],
    apart: [{ group: 'db', required: false }],
    priority: 'high',
    timeoutMs: 30_000,
    expectedMs: 5_000,
    retries: 2,
    durability: 'local',
    starts: 'at-most-once',
    expiresMs: 7_200_000,
    objective: 'cheap',
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

test.each<[Partial<TaskOptions>, RegExp]>([
  [{ cpu: '-1' }, /--cpu is '-1', which is negative/],
  [{ cpu: 'NaN' }, /--cpu is 'NaN', which is no amount/],
  [{ cpu: '1e9' }, /--cpu is '1e9', which is no amount/],
  [{ cpu: '' }, /--cpu is '', which is empty/],
  [{ cpu: '99999999999999999999' }, /--cpu is '99999999999999999999', which is more than any host can have/],
  [{ mem: '5 apples' }, /--mem is '5 apples', which has the unknown unit 'apples'/],
  [{ mem: '9'.repeat(100_000) }, /--mem: '9{40}…'/],
  [{ disk: '-5G' }, /--disk is '-5G', which is negative/],
  [{ gpu: 'two' }, /--gpu is 'two', which is no amount/],
  [{ need: ['licence=-1'] }, /--need: '-1' is not a whole number/],
  [{ need: ['licence=0.5'] }, /--need: '0.5' is not a whole number/],
  [{ need: ['licence'] }, /--need: 'licence' is not of the form key=value/],
  [{ timeout: '-5s' }, /--timeout: '-5s' is not an amount/],
  [{ timeout: '99999999999999d' }, /--timeout: '99999999999999d' is longer than 30 years/],
  [{ expires: '5y' }, /--expires: '5y' has the unknown unit 'y'/],
  [{ retries: '1.5' }, /--retries: '1.5' is not a whole number from 0 to 1000/],
  [{ or: ['cpu=-16'] }, /--or cpu is '-16', which is negative/],
  [{ or: ['16'] }, /--or: '16' is not of the form key=value/],
  [{ or: Array(5).fill('cpu=1') }, /--or: 5 alternatives; at most 4/],
  [{ group: '' }, /--group: a group has 1 to 64 characters, not 0/],
  [{ near: ['x'.repeat(65)] }, /--near: a group has 1 to 64 characters, not 65/],
  [{ near: Array(9).fill('x') }, /--near: 9 groups with --prefer-near; at most 8/],
  [{ label: ['=x'] }, /--label: '=x' is not of the form key=value/],
])('options that cannot be are errors of usage that say what was seen: %o', (options, message) => {
  const call = () => taskOf({ queue: true, ...options }, ['x'])
  expect(call).toThrowError(expect.objectContaining({ exitCode: 64, message: expect.stringMatching(message) }))
})

test('a model or a memory of a GPU alone asks for one device of that kind', () => {
  const gpu = (options: object) => taskOf({ queue: true, ...options }, ['x']).request?.gpu
  expect(gpu({ gpuModel: ['A100,H100', 'RTX 4070'] })).toEqual({ models: ['A100', 'H100', 'RTX 4070'] })
  expect(gpu({ gpuMemory: '20G' })).toEqual({ memory: 20e9 })
  expect(gpu({ gpu: '2', gpuMemory: '20G' })).toEqual({ count: 2, memory: 20e9 })
  expect(gpu({ gpu: '0.5', gpuModel: ['T4'] })).toEqual({ share: 0.5, models: ['T4'] })
  expect(gpu({ gpu: '0.5' })).toBe(0.5)
  expect(() => gpu({ gpu: '0', gpuModel: ['T4'] })).toThrowError(/--gpu 0 asks for no GPU/)
  expect(() => gpu({ gpuModel: ['T4,'] })).toThrowError(/--gpu-model: a name is empty/)
  expect(() => gpu({ gpuMemory: 'much' })).toThrowError(/--gpu-memory/)
})

test('a checkpoint is a file, with the time that it may take', () => {
  const of = (checkpoint?: string, grace?: string) =>
    taskOf({ queue: true, ...(checkpoint && { checkpoint }), ...(grace && { grace }) } as TaskOptions, ['train'])
  expect(of('at').checkpoint).toEqual({ path: 'at' })
  expect(of('at', '2m').checkpoint).toEqual({ path: 'at', graceMs: 120_000 })
  expect(() => of(undefined, '2m')).toThrow(/--grace needs --checkpoint/)
  expect(() => of('at', '2h')).toThrow(/between 1ms and 10m/)
})

test('a trace that this program is part of goes on in its tasks', () => {
  const TRACEPARENT = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
  expect(taskOf({ queue: true }, ['true'], { TRACEPARENT }).traceparent).toBe(TRACEPARENT)
  expect(taskOf({ queue: true }, ['true'], { TRACEPARENT: 'x' })).toEqual({ argv: ['true'] })
})
