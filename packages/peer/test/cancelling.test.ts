import { describe, expect, test } from 'vitest'
import { idOf, keepsNone } from './fixtures.ts'
import { Mesh } from './mesh.ts'

describe('a cancel', () => {
  test('of a task that runs elsewhere is confirmed once it has stopped there, to whoever asked', () => {
    const mesh = new Mesh({ p0: 0, p1: 1, p2: 0 })
    mesh.submit('p0', 'a', { ms: 10_000 })
    mesh.run(300)
    mesh.step('p2', { type: 'cancel', client: 5, task: idOf('a'), reason: 'not needed' })
    mesh.until(() => mesh.node('p1').runs.size === 0)
    expect(mesh.replies('p2', 'cancelled')).toEqual([])
    mesh.run(20)
    expect(mesh.node('p2').replies).toMatchObject([{ client: 5, reply: { type: 'cancelled', answer: 'cancelled' } }])
    expect(mesh.replies('p0', 'outcome')).toMatchObject([{ outcome: { kind: 'cancelled', message: 'not needed' } }])
    expect(mesh.traces('p1', 'task.stop')).toMatchObject([{ code: 'cancelled' }])
  })

  test('of a task that waits ends it before it ever starts', () => {
    const mesh = new Mesh({ p0: 0, p1: 1 })
    mesh.submit('p0', 'a', { ms: 500 })
    mesh.submit('p0', 'b')
    mesh.run(100)
    mesh.step('p0', { type: 'cancel', client: 1, task: idOf('b'), reason: '' })
    mesh.run(1_000)
    expect(mesh.replies('p0', 'outcome').map(({ task, outcome }) => [task[0], outcome.kind])).toEqual([
      ['b', 'cancelled'],
      ['a', 'succeeded'],
    ])
    expect(mesh.traces('p1', 'task.started')).toHaveLength(1)
  })

  test('in the same moment as the submit leaves nothing behind anywhere', () => {
    for (const slots of [0, 1]) {
      const mesh = new Mesh({ p0: slots, p1: keepsNone(1) })
      mesh.submit('p0', 'a')
      mesh.step('p0', { type: 'cancel', client: 1, task: idOf('a'), reason: '' })
      mesh.run(100)
      expect(mesh.replies('p0', 'cancelled')).toMatchObject([{ answer: 'cancelled' }])
      expect(mesh.replies('p0', 'outcome')).toMatchObject([{ outcome: { kind: 'cancelled' } }])
      const { custody, market, free } = mesh.node('p0').peer.snapshot()
      expect(custody).toMatchObject({ open: 0, borne: [], submitter: { storing: 0, awaited: 0 } })
      expect([(market as { lots: unknown[] }).lots, free.slots]).toEqual([[], slots])
    }
  })

  test.each([
    ['unknown', 'zzzzzzzzzzzzzzzzzzzzzzzz'],
    ['unknown', idOf('never')],
    ['closed-before', idOf('done')],
  ])('is answered %s where there is nothing to cancel', (answer, task) => {
    const mesh = new Mesh({ p0: 1, p1: 0 })
    mesh.submit('p0', 'done')
    mesh.run(100)
    mesh.step('p1', { type: 'cancel', client: 1, task, reason: '' })
    mesh.run(10)
    expect(mesh.replies('p1', 'cancelled')).toMatchObject([{ answer }])
  })

  test('goes on to the next custodian when the one that was asked has gone without a word', () => {
    const mesh = new Mesh({ p0: 0, p1: keepsNone(1), p2: 0, p3: 0, p4: keepsNone(0) })
    mesh.submit('p0', 'a', { ms: 60_000 })
    mesh.run(300)
    mesh.step('p4', { type: 'cancel', client: 5, task: idOf('a'), reason: 'not needed' })
    const asked = mesh.node('p4').sent.filter(({ message }) => message.t === 'cancel')
    expect(asked).toHaveLength(1)
    // The custodian that was asked freezes: its links stay up, so no peer is told that it has gone.
    mesh.node(asked[0]!.to).up = false
    mesh.run(2_500)
    expect(mesh.replies('p4', 'cancelled')).toMatchObject([{ answer: 'cancelled' }])
    expect(mesh.traces('p1', 'task.started')).toHaveLength(1)
    expect(mesh.node('p1').runs.size).toBe(0)
  })

  test('of a task whose keeper is away says so at once', () => {
    const mesh = new Mesh({ p0: 1, p1: 0 })
    mesh.cut('p0', 'p1')
    mesh.step('p1', { type: 'cancel', client: 1, task: idOf('a'), reason: '' })
    expect(mesh.replies('p1', 'cancelled')).toMatchObject([{ answer: 'unreachable' }])
  })
})
