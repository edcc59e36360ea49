import type { Dependency } from '@souk/wire'
import { describe, expect, test } from 'vitest'
import { idOf, keepsNone } from './fixtures.ts'
import { Mesh } from './mesh.ts'

const after = (name: string, on: Dependency['on'] = 'succeeded'): Dependency => ({ task: idOf(name), on })
const outcomeOf = (mesh: Mesh, at: string, name: string) =>
  mesh.replies(at, 'outcome').find(({ task }) => task === idOf(name))?.outcome
const startsOf = (mesh: Mesh, at: string) => mesh.traces(at, 'task.started').map(({ task }) => task)

describe('a task that waits for another', () => {
  test('starts when that one has succeeded, and not before', () => {
    const mesh = new Mesh({ p0: 0, p1: 4, p2: 4 })
    mesh.submit('p0', 'first', { ms: 200 })
    mesh.submit('p0', 'second', { after: [after('first')] })
    mesh.run(150)
    expect(mesh.replies('p0', 'accepted')).toHaveLength(2)
    expect([...startsOf(mesh, 'p1'), ...startsOf(mesh, 'p2')]).toEqual([idOf('first')])
    mesh.until(() => outcomeOf(mesh, 'p0', 'second') !== undefined)
    expect(outcomeOf(mesh, 'p0', 'second')?.kind).toBe('succeeded')
    expect([...startsOf(mesh, 'p1'), ...startsOf(mesh, 'p2')].sort()).toEqual([idOf('first'), idOf('second')].sort())
  })

  test('says of how many, and which', () => {
    const mesh = new Mesh({ p0: 4 })
    mesh.submit('p0', 'one', { ms: 50 })
    mesh.submit('p0', 'two', { ms: 500 })
    mesh.submit('p0', 'three', { after: [after('one'), after('two')] })
    mesh.run(200)
    mesh.step('p0', { type: 'query', client: 2, task: idOf('three'), watch: false })
    const [view] = mesh.replies('p0', 'view')
    expect(view?.view).toMatchObject({ state: 'waiting', decision: { how: 'after' } })
    expect(view?.view?.decision?.reason).toBe(`waits for 1 of 2 tasks: ${idOf('two').slice(0, 8)}`)
    mesh.list('p0', ['waiting'])
    mesh.run(10)
    expect(mesh.replies('p0', 'listed')[0]?.tasks).toMatchObject([{ id: idOf('three'), code: 'after' }])
  })

  test('ends as cancelled when that one fails, and so does what waits for it', () => {
    const mesh = new Mesh({ p0: 4 })
    mesh.submit('p0', 'first', { exitCode: 1 })
    mesh.submit('p0', 'second', { after: [after('first')] })
    mesh.submit('p0', 'third', { after: [after('second')] })
    mesh.submit('p0', 'always', { after: [after('second', 'ended')] })
    mesh.until(() => mesh.replies('p0', 'outcome').length === 4)
    expect(outcomeOf(mesh, 'p0', 'second')).toMatchObject({ kind: 'cancelled', code: 'dependency', attempts: [] })
    expect(outcomeOf(mesh, 'p0', 'second')?.message).toContain(`task ${idOf('first')} had succeeded`)
    expect(outcomeOf(mesh, 'p0', 'third')).toMatchObject({ kind: 'cancelled', code: 'dependency' })
    expect(outcomeOf(mesh, 'p0', 'always')?.kind).toBe('succeeded')
  })

  test('can be submitted before it, and anywhere', () => {
    const mesh = new Mesh({ p0: 0, p1: 1, p2: 1 })
    mesh.submit('p1', 'second', { after: [after('first')] })
    mesh.run(2_000)
    mesh.submit('p2', 'first')
    mesh.until(() => outcomeOf(mesh, 'p1', 'second') !== undefined)
    expect(outcomeOf(mesh, 'p1', 'second')?.kind).toBe('succeeded')
  })

  test('is given up when nobody has known that one for half a minute', () => {
    const mesh = new Mesh({ p0: 1, p1: 1, p2: 1 })
    mesh.submit('p0', 'second', { after: [after('never')] })
    mesh.run(29_000)
    expect(outcomeOf(mesh, 'p0', 'second')).toBeUndefined()
    mesh.until(() => outcomeOf(mesh, 'p0', 'second') !== undefined)
    expect(outcomeOf(mesh, 'p0', 'second')).toMatchObject({ kind: 'cancelled', code: 'dependency-unknown' })
  })

  test('is not given up while members that may know that one are away', () => {
    const mesh = new Mesh({ p0: 1, p1: 1, p2: 1, p3: 1 })
    mesh.kill('p3')
    mesh.submit('p0', 'second', { after: [after('never')] })
    mesh.run(60_000)
    expect(outcomeOf(mesh, 'p0', 'second')).toBeUndefined()
  })

  test('can be cancelled, and expires', () => {
    const mesh = new Mesh({ p0: 4, p1: 4, p2: 4 })
    mesh.submit('p0', 'first', { ms: 20_000 })
    mesh.submit('p0', 'second', { after: [after('first')] })
    mesh.submit('p0', 'late', { after: [after('first')], expiresMs: 1_000 })
    mesh.run(200)
    mesh.step('p1', { type: 'cancel', client: 9, task: idOf('second'), reason: 'changed my mind' })
    mesh.until(() => outcomeOf(mesh, 'p0', 'late') !== undefined)
    expect(outcomeOf(mesh, 'p0', 'late')?.kind).toBe('expired')
    expect(outcomeOf(mesh, 'p0', 'second')?.kind).toBe('cancelled')
    expect(mesh.node('p0').peer.snapshot().market).toMatchObject({ dependents: [], watched: 0 })
  })

  test('is seen to by its custodians when its origin dies', () => {
    const mesh = new Mesh({ p0: 0, p1: 4, p2: 4, p3: 4 })
    mesh.submit('p1', 'first', { ms: 8_000 })
    mesh.submit('p0', 'second', { after: [after('first')] })
    mesh.run(500)
    mesh.kill('p0')
    mesh.until(() => ['p1', 'p2', 'p3'].some((at) => startsOf(mesh, at).includes(idOf('second'))))
    expect(mesh.replies('p1', 'outcome').map(({ task }) => task)).toEqual([idOf('first')])
  })

  test('hears of the end though whoever would have told it died', () => {
    const mesh = new Mesh({ p0: keepsNone(4), p1: 0, p2: 0, p3: 0, p4: 0 })
    mesh.submit('p0', 'first', { ms: 1_000 })
    mesh.submit('p0', 'second', { after: [after('first')] })
    mesh.run(100)
    const told = mesh.node('p0').sent.find(({ message }) => message.t === 'watch')
    mesh.kill(told!.to)
    mesh.until(() => outcomeOf(mesh, 'p0', 'second') !== undefined)
    expect(outcomeOf(mesh, 'p0', 'second')?.kind).toBe('succeeded')
  })
})

test('many that wait for one are asked for once, and all start', () => {
  const mesh = new Mesh({ p0: 0, p1: 8, p2: 8, p3: 8 })
  mesh.submit('p0', 'first', { ms: 300 })
  const names = Array.from({ length: 50 }, (_, i) => `next${i}x`)
  names.forEach((name, tag) => void mesh.submit('p0', name, { after: [after('first')] }, { tag }))
  mesh.until(() => mesh.replies('p0', 'outcome').length === 51)
  const asked = mesh.node('p0').sent.filter(({ message }) => message.t === 'watch')
  expect(asked.length).toBeLessThanOrEqual(3)
})
