import type { PeerInput } from '@souk/peer'
import { taskId } from '@souk/wire'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { closeAll, type Fixture, open, request, serve } from './fixture.ts'
import { MemoryMesh } from './memory-peer.ts'

// Real sockets on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000 })
afterEach(closeAll)

const echo = (more: object = {}) => ({ argv: ['echo'], ...more })
const unknownId = taskId('0'.repeat(23))

/** What the peer was asked to wait for, by the name of the task. */
function afters({ peer }: Fixture): Record<string, { task: string; on: string }[] | undefined> {
  const submits = peer.inputs.filter((input): input is PeerInput & { type: 'submit' } => input.type === 'submit')
  return Object.fromEntries(submits.flatMap(({ tasks }) => tasks.map(({ spec }) => [spec.name, spec.after])))
}

async function post(server: Fixture, ...tasks: object[]) {
  const { body } = await request(server, 'POST', '/v1/tasks', { body: JSON.stringify({ tasks }) })
  return body.results as { task?: string; code?: string; message?: string; path?: string }[]
}

describe('a request with tasks that wait for others', () => {
  test('names tasks by id, by a part of it, or as the last one', async () => {
    const server = await serve()
    const [first] = await post(server, echo({ key: 'one' }))
    const [second] = await post(server, echo({ name: 'x', after: [first!.task, { task: 'last', on: 'ended' }] }))
    expect(second).toHaveProperty('task')
    expect(afters(server).x).toEqual([{ task: first!.task, on: 'succeeded' }])
    await post(server, echo({ name: 'y', after: [{ task: first!.task!.slice(0, 8), on: 'ended' }] }))
    expect(afters(server).y).toEqual([{ task: first!.task, on: 'ended' }])
  })

  test('names tasks of the same request by key or name, before or after it', async () => {
    const server = await serve()
    const results = await post(
      server,
      echo({ name: 'last', after: ['k', { task: 'middle', on: 'ended' }] }),
      echo({ name: 'middle', after: ['k'] }),
      echo({ name: 'first', key: 'k' }),
    )
    expect(results.every((result) => result.task !== undefined)).toBe(true)
    const first = { task: results[2]!.task, on: 'succeeded' }
    expect(afters(server)).toEqual({
      first: undefined,
      middle: [first],
      last: [first, { task: results[1]!.task, on: 'ended' }],
    })
  })

  test('that go round in a circle is refused for those, with the circle, and for what waits for them', async () => {
    const server = await serve()
    const results = await post(
      server,
      echo({ key: 'a', after: ['b'] }),
      echo({ key: 'b', after: ['a'] }),
      echo({ after: ['b'] }),
      echo(),
    )
    expect(results.map(({ code }) => code)).toEqual(['after-cycle', 'after-cycle', 'after-refused', undefined])
    expect(results[0]!.message).toContain('a → b → a')
    expect(results[2]!.message).toContain('task 2 of this request')
  })

  test('refuses what waits for a task that nobody knows, where everybody could be asked', async () => {
    const mesh = new MemoryMesh()
    const server = await serve({ mesh })
    const [result] = await post(server, echo({ after: [unknownId] }))
    expect(result).toMatchObject({ code: 'after-unknown', path: '/after/0' })
    expect(result!.message).toContain(unknownId)
    expect((await post(server, echo({ after: ['zz'] })))[0]).toMatchObject({ code: 'after-id-too-short' })
    const other = await serve({ mesh, self: 'PeerB' })
    other.peer.reachable = false
    expect((await post(server, echo({ name: 'z', after: [unknownId] })))[0]).toHaveProperty('task')
    expect(afters(server).z).toEqual([{ task: unknownId, on: 'succeeded' }])
  })

  test('takes a key for the task that it was, though what that waited for is forgotten by now', async () => {
    const mesh = new MemoryMesh()
    const server = await serve({ mesh })
    const [first] = await post(server, echo())
    const waiting = echo({ key: 'k', after: [first!.task] })
    const [second] = await post(server, waiting)
    mesh.tasks.delete(first!.task!)
    expect(await post(server, waiting)).toEqual([second])
    expect((await post(server, { ...waiting, key: 'other' }))[0]).toMatchObject({ code: 'after-unknown' })
  })

  test('refuses what waits for a task that the peer refused, and only that', async () => {
    const server = await serve()
    server.peer.refuse = ({ spec }) => (spec.name === 'bad' ? { code: 'disk-full', message: 'no room' } : undefined)
    const results = await post(server, echo({ name: 'bad' }), echo({ after: ['bad'] }), echo({ name: 'good' }))
    expect(results.map(({ code }) => code)).toEqual(['disk-full', 'after-refused', undefined])
    expect(results[1]!.message).toContain('no room')
  })

  test('is refused whole where an `after` is of the wrong form', async () => {
    const server = await serve()
    const bad = { tasks: [echo({ after: [{ task: 'x', on: 'failed' }] })] }
    const { status, body } = await request(server, 'POST', '/v1/tasks', { body: JSON.stringify(bad) })
    expect([status, body.code]).toEqual([400, 'request-invalid'])
    const many = { tasks: [echo({ after: Array(65).fill('last') })] }
    expect((await request(server, 'POST', '/v1/tasks', { body: JSON.stringify(many) })).status).toBe(400)
  })
})

describe('the client', () => {
  test('submits what waits for a handle once that is accepted', async () => {
    const server = await serve()
    const { client } = await open([server])
    const first = client.submit(echo())
    const second = client.submit(echo({ name: 'second' }), { after: [{ task: first, on: 'ended' }] })
    await second.outcome
    expect(afters(server).second).toEqual([{ task: await first.id, on: 'ended' }])
  })

  test('rejects what waits for a handle that is refused', async () => {
    const server = await serve()
    server.peer.refuse = () => ({ code: 'disk-full', message: 'no room' })
    const { client } = await open([server])
    const second = client.submit(echo(), { after: [client.submit(echo())] })
    await expect(second.id).rejects.toMatchObject({ code: 'after-refused' })
    expect(server.peer.inputs.filter(({ type }) => type === 'submit')).toHaveLength(1)
  })

  test('submits lists whose tasks name each other, and fails those in a circle alone', async () => {
    const server = await serve()
    const { client } = await open([server])
    const handles = client.submitAll([
      echo({ name: 'c', after: ['b'] }),
      echo({ name: 'b', after: ['a'] }),
      echo({ name: 'a' }),
      echo({ name: 'x', after: ['y'] }),
      echo({ name: 'y', after: ['x'] }),
      echo({ name: 'z', after: ['a', 'y'] }),
    ])
    const ids = await Promise.all(handles.slice(0, 3).map(({ id }) => id))
    expect(afters(server)).toEqual({
      a: undefined,
      b: [{ task: ids[2], on: 'succeeded' }],
      c: [{ task: ids[1], on: 'succeeded' }],
    })
    for (const handle of handles.slice(3)) await expect(handle.id).rejects.toMatchObject({ code: 'after-cycle' })
  })
})
