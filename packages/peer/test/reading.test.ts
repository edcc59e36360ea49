import { emptyRequest } from '@souk/kernel'
import type { MessageOf, TaskSummary } from '@souk/wire'
import { describe, expect, test } from 'vitest'
import { idOf, keepsNone } from './fixtures.ts'
import { Mesh } from './mesh.ts'

const bytes = (text: string) => new TextEncoder().encode(text)

/** A task that was submitted to p0, its only custodian; p1 runs it, p2 only asks. */
function running(ms = 5_000): Mesh {
  const mesh = new Mesh({ p0: 0, p1: keepsNone(1), p2: keepsNone(0) })
  mesh.submit('p0', 'a', { ms })
  mesh.run(100)
  return mesh
}

function write(mesh: Mesh, text: string, offset: number): void {
  const { task, ballot } = [...mesh.node('p1').runs.values()][0]!
  mesh.step('p1', { type: 'output', task, ballot, stream: 'stdout', offset, data: bytes(text) })
}

const task = idOf('a')
/** The reply after which output is live: all that the host had kept was sent. */
const liveFromHere = { type: 'output', task, stream: 'stdout', offset: 0, data: bytes('') }

describe('a peer that is neither origin nor host', () => {
  test('says where a task is, and with a watch every change until its end', () => {
    const mesh = running(2_000)
    mesh.step('p2', { type: 'query', client: 4, task, watch: true })
    mesh.run(3_000)
    const views = mesh.replies('p2', 'view').map(({ view }) => [view?.state, view?.bearer ?? view?.outcome?.host])
    expect(views).toEqual([
      ['offered', 'p1'],
      ['running', 'p1'],
      ['ending', 'p1'],
      ['closed', 'p1'],
    ])
    expect(mesh.replies('p2', 'view').at(-1)?.view?.decision).toMatchObject({ how: 'auction', winner: 'p1' })
  })

  test('says what it cannot know', () => {
    const mesh = running()
    mesh.step('p2', { type: 'query', client: 1, task: idOf('never'), watch: false })
    mesh.step('p2', { type: 'query', client: 1, task: 'zzzzzzzzzzzzzzzzzzzzzzzz', watch: false })
    mesh.run(10)
    mesh.cut('p0', 'p2')
    mesh.step('p2', { type: 'query', client: 1, task, watch: false })
    mesh.run(10)
    const answers = mesh.replies('p2', 'view').map(({ task, view, reachable }) => [task.slice(0, 5), view, reachable])
    expect(new Set(answers)).toEqual(
      new Set([
        ['never', undefined, true],
        ['zzzzz', undefined, true],
        [task.slice(0, 5), undefined, false],
      ]),
    )
  })

  test('goes on watching when the keeper comes back', () => {
    const mesh = running(20_000)
    mesh.step('p2', { type: 'query', client: 1, task, watch: true })
    mesh.run(100)
    mesh.kill('p0')
    mesh.run(40_000)
    mesh.start('p0')
    mesh.run(30_000)
    const views = mesh.replies('p2', 'view')
    expect(views.some(({ reachable }) => !reachable)).toBe(true)
    expect(views.at(-1)?.view?.state).toBe('closed')
  })

  test('lists the tasks of all, the newest first, and who did not answer', () => {
    const mesh = running()
    mesh.run(10)
    mesh.submit('p2', 'b', { ms: 5_000 })
    mesh.run(100)
    mesh.list('p2')
    mesh.run(10)
    expect(mesh.replies('p2', 'listed')).toMatchObject([
      {
        tasks: [
          { id: idOf('b'), state: 'waiting' },
          { id: task, host: 'p1' },
        ],
        total: 2,
        missing: [],
      },
    ])
    mesh.kill('p0')
    mesh.list('p2', ['waiting'])
    mesh.run(2_000)
    expect(mesh.replies('p2', 'listed').at(-1)).toMatchObject({ tasks: [], missing: ['p0'] })
  })

  test('relays live output from its start, and says when it ends', () => {
    const mesh = running(500)
    write(mesh, 'one', 0)
    mesh.step('p2', { type: 'follow', client: 8, task })
    mesh.run(100)
    write(mesh, 'two', 3)
    mesh.run(1_000)
    expect(mesh.node('p2').replies.map(({ client, reply }) => [client, reply])).toEqual([
      [8, { type: 'output', task, stream: 'stdout', offset: 0, data: bytes('one') }],
      [8, liveFromHere],
      [8, { type: 'output', task, stream: 'stdout', offset: 3, data: bytes('two') }],
      [8, { type: 'outputEnd', task }],
    ])
  })

  test('relays the output of the next run too', () => {
    const mesh = running(2_000)
    mesh.step('p2', { type: 'follow', client: 8, task })
    mesh.run(100)
    mesh.kill('p1')
    mesh.run(1_000)
    mesh.start('p1')
    mesh.until(() => mesh.node('p1').runs.size > 0)
    mesh.run(300)
    write(mesh, 'again', 0)
    mesh.run(100)
    const begun = mesh.replies('p2', 'output')
    expect(begun).toEqual([liveFromHere, liveFromHere, { ...liveFromHere, data: bytes('again') }])
    mesh.run(5_000)
    expect(mesh.replies('p2', 'outputEnd')).toHaveLength(1)
  })

  test('tells its clients nothing of what an earlier life of it watched', () => {
    const mesh = running(2_000)
    mesh.submit('p0', 'b', { ms: 9_000 })
    mesh.step('p2', { type: 'query', client: 1, task, watch: true })
    mesh.run(100)
    mesh.kill('p2')
    mesh.run(100)
    mesh.start('p2')
    mesh.run(500)
    mesh.node('p2').replies.length = 0
    mesh.step('p2', { type: 'query', client: 1, task: idOf('b'), watch: true })
    mesh.run(3_000)
    const told = new Set(mesh.replies('p2', 'view').map(({ view }) => view?.record.id))
    expect(told).toEqual(new Set([idOf('b')]))
  })

  test('hears nothing more once its client is gone', () => {
    const mesh = running(500)
    mesh.step('p2', { type: 'follow', client: 8, task })
    mesh.step('p2', { type: 'query', client: 8, task, watch: true })
    mesh.run(100)
    const before = mesh.node('p2').replies.length
    mesh.step('p2', { type: 'gone', client: 8 })
    write(mesh, 'more', 0)
    mesh.run(1_000)
    expect(mesh.node('p2').replies).toHaveLength(before)
  })

  test('still hears a task that others began to read and never stopped reading', () => {
    const mesh = running()
    for (let client = 1; client <= 40; client++) {
      mesh.step('p2', { type: 'follow', client, task })
      mesh.run(5)
      mesh.step('p2', { type: 'gone', client })
    }
    mesh.step('p0', { type: 'follow', client: 8, task })
    mesh.step('p2', { type: 'follow', client: 99, task })
    mesh.run(20)
    write(mesh, 'heard', 0)
    mesh.run(20)
    for (const reader of ['p0', 'p2']) {
      expect(mesh.replies(reader, 'output').at(-1)).toMatchObject({ data: bytes('heard') })
    }
  })

  test('takes a host at its word about the task that it was asked about, and no other', () => {
    const mesh = running()
    mesh.step('p2', { type: 'follow', client: 8, task })
    mesh.run(20)
    const follow = mesh.node('p2').sent.find(({ message }) => message.t === 'follow')!.message as MessageOf<'follow'>
    const output = { t: 'output', ask: follow.ask, task, stream: 'stdout', offset: 0, end: false } as const
    mesh.frame('p1', 'p2', [{ ...output, task: idOf('other'), data: bytes('of another') }])
    expect(mesh.replies('p2', 'output').at(-1)).toEqual(liveFromHere)
    mesh.frame('p1', 'p2', [{ ...output, data: bytes('forged') }])
    expect(mesh.replies('p2', 'output').at(-1)).toMatchObject({ task, data: bytes('forged') })
  })

  test('takes no answer to what its life before asked for one to its own', () => {
    const mesh = running(20_000)
    mesh.submit('p0', 'b', { ms: 1_000 })
    mesh.step('p2', { type: 'query', client: 1, task: idOf('b'), watch: true })
    mesh.run(100)
    mesh.kill('p2')
    mesh.start('p2')
    mesh.run(100)
    mesh.step('p2', { type: 'query', client: 1, task, watch: true })
    mesh.step('p0', { type: 'cancel', client: 2, task: idOf('b'), reason: 'not wanted' })
    mesh.run(2_000)
    expect(mesh.replies('p0', 'outcome')).toMatchObject([{ task: idOf('b') }])
    const shown = mesh.replies('p2', 'view').filter((reply) => reply.task === task)
    expect(shown.map(({ view }) => view?.record.id)).toEqual([task])
  })

  test('counts a task once of which two tell, as whoever is further says', () => {
    const mesh = running()
    mesh.list('p2')
    const asked = mesh.node('p2').sent.find(({ message }) => message.t === 'list')!.message as MessageOf<'list'>
    const ended: TaskSummary = {
      id: task,
      name: 'a task',
      class: 'noop',
      tenant: '',
      priority: 'low',
      state: 'closed',
      needs: { executor: 'process', function: '', request: emptyRequest(), labels: {} },
      origin: 'p0',
      attempts: 0,
      submittedWallMs: 0,
    }
    mesh.frame('p1', 'p2', [{ t: 'listed', ask: asked.ask, tasks: [ended], total: 1 }])
    mesh.run(20)
    expect(mesh.replies('p2', 'listed')).toMatchObject([{ tasks: [{ id: task, state: 'closed' }], total: 1 }])
  })

  test('ends a follow of what nobody knows', () => {
    const mesh = running()
    mesh.step('p2', { type: 'follow', client: 8, task: idOf('never') })
    mesh.run(10)
    expect(mesh.replies('p2', 'outputEnd')).toHaveLength(1)
  })
})

describe('the peer itself', () => {
  test('shows a task that runs here as running', () => {
    const mesh = new Mesh({ p0: 1 })
    mesh.submit('p0', 'a', { ms: 5_000 })
    mesh.run(2_000)
    expect(mesh.node('p0').peer.snapshot().tasks).toEqual({ running: 1 })
  })
})
