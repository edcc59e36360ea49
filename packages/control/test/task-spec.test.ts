import { createHash } from 'node:crypto'
import { Value } from '@sinclair/typebox/value'
import { base32Alphabet } from '@souk/kernel'
import { TaskId, TaskSpec, taskId } from '@souk/wire'
import { expect, test } from 'vitest'
import { nonceOf, randomNonce } from '../src/nonce.ts'
import { taskDefaults, toTaskSpec } from '../src/to-task-spec.ts'

const fits = (value: unknown) => [...Value.Errors(TaskSpec, value)].map((error) => error.path)

test('a command gets every default', () => {
  const spec = toTaskSpec({ argv: ['/usr/bin/sort', '-u'] })
  expect(fits(spec)).toEqual([])
  expect(spec).toMatchObject({
    name: '/usr/bin/sort -u',
    tenant: 'default',
    class: 'process/sort',
    request: { cpuMilli: 1000, slots: 1, memoryBytes: 0 },
    retries: 0,
    attemptsMax: taskDefaults.attemptsMax,
  })
})

test('what the task says is kept, in the units of the mesh', () => {
  const file = { path: 'in/a.txt', hash: 'a'.repeat(64), sizeBytes: 5 }
  const spec = toTaskSpec({
    function: 'render',
    args: [{ page: 1 }],
    module: { ...file, path: 'render.mjs' },
    request: { cpu: '500m', memory: '2Gi', gpu: 0.5 },
    inputs: [{ ...file, mode: 0o755 }],
    retries: 2,
    objective: 'pack',
  })
  expect(fits(spec)).toEqual([])
  expect(spec).toMatchObject({
    class: 'function/render:c1m2048g1',
    objective: 'pack',
    work: { kind: 'function', args: '[{"page":1}]', module: { path: 'render.mjs', mode: 0o644 } },
    request: { cpuMilli: 500, memoryBytes: 2 ** 31, gpu: { count: 1, milli: 500 } },
    inputs: [{ path: 'in/a.txt', blob: { hash: file.hash, sizeBytes: 5 }, mode: 0o755 }],
  })
})

test('what kind of GPUs a task needs is kept', () => {
  const gpu = { count: 2, memory: '20G', models: ['H100', 'A100'] }
  const spec = toTaskSpec({ argv: ['train'], request: { gpu } })
  expect(fits(spec)).toEqual([])
  expect(spec.request.gpu).toEqual({ count: 2, milli: 1000, memoryBytes: 20e9, models: ['a100', 'h100'] })
})

test('stdin comes as text, base-64 or a blob', () => {
  const stdin = (task: object) => (toTaskSpec({ argv: ['cat'], ...task }).work as { stdin?: unknown }).stdin
  expect(stdin({ stdin: 'é' })).toEqual(new Uint8Array([0xc3, 0xa9]))
  expect(stdin({ stdinBase64: '/wA=' })).toEqual(new Uint8Array([0xff, 0]))
  expect(stdin({ stdinBlob: { hash: 'a'.repeat(64), sizeBytes: 1 } })).toEqual({ hash: 'a'.repeat(64), sizeBytes: 1 })
  expect(() => stdin({ stdinBase64: '?' })).toThrow(expect.objectContaining({ code: 'task-invalid' }))
  expect(() => stdin({ stdin: '', stdinBase64: '' })).toThrow(expect.objectContaining({ path: '/stdinBase64' }))
})

test('a key makes the same nonce for a tenant, whatever else; without a key it is drawn', () => {
  const bits = [...createHash('sha256').update('t\0key').digest().subarray(0, 15)]
    .map((byte) => byte.toString(2).padStart(8, '0'))
    .join('')
  const expected = Array.from(
    { length: 23 },
    (_, i) => base32Alphabet[Number.parseInt(bits.slice(5 * i, 5 * i + 5), 2)],
  )
  expect(nonceOf('t', 'key')).toBe(expected.join(''))
  expect(nonceOf('other', 'key')).not.toBe(nonceOf('t', 'key'))
  expect(Value.Check(TaskId, taskId(randomNonce()))).toBe(true)
  expect(randomNonce()).not.toBe(randomNonce())
})

test('an expression is carried in its one printed form, so that like tasks are alike', () => {
  const where = (text: string) => toTaskSpec({ argv: ['x'], where: text }).where
  expect(where('zone in(a,"b")&&!spot')).toBe('zone in (a, b) && !spot')
  expect(where('  zone in ( a , b )  && (!spot)')).toBe('zone in (a, b) && !spot')
  expect(fits(toTaskSpec({ argv: ['x'], where: 'cores >= 8' }))).toEqual([])
})

test('an expression that does not parse is refused with the place, one that contradicts itself with both parts', () => {
  const error = (task: object) => {
    try {
      return toTaskSpec({ argv: ['x'], ...task })
    } catch (thrown) {
      return thrown
    }
  }
  expect(error({ where: 'zone = a' })).toMatchObject({
    code: 'where-invalid',
    path: '/where',
    message: expect.stringContaining('\n  zone = a\n       ^'),
  })
  expect(error({ where: 'zone == b', labels: { zone: 'a' } })).toMatchObject({
    code: 'where-contradicts',
    path: '/where',
    message: expect.stringContaining('zone == a and zone == b'),
  })
})

test('what will do instead is in the units of the mesh, in its order', () => {
  const spec = toTaskSpec({ argv: ['x'], request: { gpu: 1 }, alternatives: [{ cpu: 16 }, { cpu: '8', memory: '1G' }] })
  expect(fits(spec)).toEqual([])
  expect(spec.alternatives).toMatchObject([{ cpuMilli: 16_000 }, { cpuMilli: 8000, memoryBytes: 1e9 }])
  expect(toTaskSpec({ argv: ['x'], alternatives: [] })).not.toHaveProperty('alternatives')
})

test('ties are required unless they say otherwise', () => {
  const spec = toTaskSpec({
    argv: ['x'],
    group: 'db',
    near: [{ group: 'cache' }],
    apart: [{ group: 'db', required: false }],
  })
  expect(fits(spec)).toEqual([])
  expect(spec).toMatchObject({
    group: 'db',
    near: [{ group: 'cache', required: true }],
    apart: [{ group: 'db', required: false }],
  })
})

test('ties by zone: who is tied to its own group that way is seen by its zone, and one name may mean both', () => {
  const ties = (over: object) => {
    const { group, near, apart } = toTaskSpec({ argv: ['x'], ...over })
    return { group, near, apart }
  }
  const required = true
  expect(ties({ group: 'db', apart: [{ group: 'zone:db' }] })).toEqual({
    group: 'zone:db',
    apart: [{ group: 'zone:db', required }],
  })
  expect(ties({ group: 'web', near: [{ group: 'zone:db' }] }).group).toBe('web')
  // Beside it in its zone, on another host.
  expect(ties({ near: [{ group: 'zone:db' }], apart: [{ group: 'db' }] }).apart).toEqual([{ group: 'db', required }])
  const error = (over: object) => {
    try {
      ties(over)
    } catch (failure) {
      return failure
    }
    return undefined
  }
  for (const [near, apart] of [
    ['db', 'zone:db'],
    ['zone:db', 'zone:db'],
  ])
    expect(error({ near: [{ group: near }], apart: [{ group: apart }] })).toMatchObject({ code: 'ties-contradict' })
  expect(error({ group: 'zone:db', near: [{ group: 'db' }] })).toMatchObject({
    code: 'ties-contradict',
    path: '/near/0',
  })
  expect(error({ group: 'zone:' })).toMatchObject({ code: 'task-invalid', path: '/group' })
  const long = 'g'.repeat(64)
  expect(error({ group: long, apart: [{ group: `zone:${long}` }] })).toMatchObject({ code: 'task-invalid' })
})

test('a task may say that it may run twice, unless it also says that it may not', () => {
  const of = (more: object) => toTaskSpec({ argv: ['render'], idempotent: true, ...more })
  expect(fits(of({}))).toEqual([])
  expect(of({}).idempotent).toBe(true)
  expect(of({ idempotent: false }).idempotent).toBeUndefined()
  for (const more of [{ starts: 'at-most-once' }, { gang: { id: 'g', size: 2, rank: 0 } }])
    expect(() => of(more)).toThrow(expect.objectContaining({ code: 'task-contradicts', path: '/idempotent' }))
})

test('a checkpoint is one file of the folder of a command that may start twice, and has some time', () => {
  const of = (checkpoint: { path: string; graceMs?: number }, more: object = { argv: ['train'] }) =>
    toTaskSpec({ ...more, checkpoint })
  const spec = of({ path: './state/at.bin' })
  expect(fits(spec)).toEqual([])
  expect(spec.checkpoint).toEqual({ path: 'state/at.bin', graceMs: 10_000 })
  expect(of({ path: 'at', graceMs: 1 }).checkpoint).toEqual({ path: 'at', graceMs: 1 })
  for (const path of ['*.bin', '.', 'state/', 'a[1]'])
    expect(() => of({ path })).toThrow(expect.objectContaining({ code: 'task-invalid', path: '/checkpoint/path' }))
  expect(() => of({ path: '../at' })).toThrow(expect.objectContaining({ code: 'path-unsafe' }))
  const contradictions = [
    { argv: ['train'], starts: 'at-most-once' },
    { argv: ['train'], gang: { id: 'g', size: 2, rank: 0 } },
    { function: 'f' },
  ]
  for (const more of contradictions)
    expect(() => of({ path: 'at' }, more)).toThrow(
      expect.objectContaining({ code: 'task-contradicts', path: '/checkpoint' }),
    )
})
