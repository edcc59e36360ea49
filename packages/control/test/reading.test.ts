import { afterEach, expect, test, vi } from 'vitest'
import { closeAll, open, request, serve } from './fixture.ts'
import { MemoryMesh } from './memory-peer.ts'

// Real sockets on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000 })
afterEach(closeAll)

async function collect(chunks: AsyncIterable<{ offset: number; data: Uint8Array }>): Promise<string> {
  let text = ''
  for await (const chunk of chunks) text += new TextDecoder().decode(chunk.data)
  return text
}

test('the latest task is found as last, and any task by the beginning of its id', async () => {
  const { client } = await open([await serve()])
  const first = await client.submit({ argv: ['echo'], name: 'first' }).id
  const second = await client.submit({ argv: ['echo'], name: 'second' }).id
  expect(await client.resolve('last')).toBe(second)
  expect(await client.resolve(first.slice(0, 12))).toBe(first)
  expect(await client.task('last')).toMatchObject({
    id: second,
    state: 'closed',
    origin: 'PeerA',
    spec: { name: 'second' },
    outcome: { usage: { cpuMs: 1 } },
  })
  expect((await client.wait('last')).task).toBe(second)
})

test('what a task was given for its run alone is not shown: no value of its environment, no byte of its stdin', async () => {
  const server = await serve()
  const { client } = await open([server])
  const id = await client.submit({ argv: ['echo'], env: { API_KEY: 'secret-of-a-task' }, stdin: 'secret-input' }).id
  const { spec } = await client.task(id)
  expect(spec).toMatchObject({ work: { env: ['API_KEY'], stdin: { sizeBytes: 12 } } })
  expect(JSON.stringify(spec)).not.toContain('secret')
})

test('an id that fits several tasks names them', async () => {
  const mesh = new MemoryMesh()
  const server = await serve({ mesh })
  const { client } = await open([server])
  const id = await client.submit({ argv: ['echo'] }).id
  const other = `${id.slice(0, 20)}${id.slice(20) === '0000' ? '1111' : '0000'}`
  mesh.tasks.set(other, { ...mesh.tasks.get(id)!, id: other })
  await expect(client.resolve(id.slice(0, 8))).rejects.toMatchObject({ code: 'task-ambiguous', status: 409 })
  const { body } = await request(server, 'GET', `/v1/tasks/${id.slice(0, 8)}`)
  expect(body.details).toMatchObject({ candidates: expect.arrayContaining([expect.objectContaining({ id: other })]) })
})

test('a task that nobody who can be asked knows says who cannot be asked', async () => {
  const mesh = new MemoryMesh()
  const [a, b] = [await serve({ self: 'PeerA', mesh }), await serve({ self: 'PeerB', mesh })]
  const id = await (await open([a])).client.submit({ argv: ['echo'] }).id
  a.peer.reachable = false
  const { client } = await open([b])
  await expect(client.task(id)).rejects.toMatchObject({
    code: 'task-unreachable',
    status: 504,
    message: expect.stringContaining('who cannot be asked: peera (dead)'),
    details: { away: [{ peer: 'PeerA' }] },
  })
})

test('lists are limited and filtered by state, outcome and beginning of the id', async () => {
  const { client } = await open([await serve()])
  await Promise.all(
    ['echo', 'echo', 'false', 'hold'].map((command) => client.submit({ argv: [command], name: command }).id),
  )
  const names = async (options: Parameters<typeof client.tasks>[0]) =>
    (await client.tasks(options)).tasks.map((task) => task.name).sort()
  expect(await names({})).toEqual(['echo', 'echo', 'false', 'hold'])
  expect(await names({ states: ['running'] })).toEqual(['hold'])
  expect(await names({ states: ['failed', 'running'] })).toEqual(['false', 'hold'])
  expect(await client.tasks({ limit: 1 })).toMatchObject({
    total: 4,
    tasks: [{ submittedAt: '2023-11-14T22:13:20.000Z' }],
  })
  expect(await names({ prefix: await client.resolve('last') })).toHaveLength(1)
})

test('logs of an ended task have all of its output', async () => {
  const server = await serve()
  const { client } = await open([server])
  const id = await client.submit({ argv: ['echo', 'all', 'of', 'it'] }).id
  expect(await collect(client.logs(id))).toBe('all of it\n')
  const large = await client.submit({ argv: ['hold'] }).id
  server.peer.closeWith(large, { stdout: server.remoteBlobs.keep(Buffer.from('from a blob')) })
  expect(await collect(client.logs(large))).toBe('from a blob')
})

test('logs without following end with what there is so far, also while the task goes on writing', async () => {
  const server = await serve()
  const { client } = await open([server])
  const id = await client.submit({ argv: ['hold'] }).id
  expect(await collect(client.logs(id, undefined, { follow: false }))).toBe('')
  server.peer.output(id, 'so far')
  expect(await collect(client.logs(id, undefined, { follow: false }))).toBe('so far')
  expect((await client.task(id)).state).toBe('running')
})

test('logs of a running task come live and end with it', async () => {
  const server = await serve()
  const { client } = await open([server])
  const id = await client.submit({ argv: ['hold'] }).id
  server.peer.output(id, 'early ')
  const seen: string[] = []
  for await (const chunk of client.logs(id)) {
    seen.push(new TextDecoder().decode(chunk.data))
    if (seen.length === 1) server.peer.output(id, 'live ')
    else if (seen.length === 2) {
      server.peer.output(id, 'last', false)
      server.peer.close(id)
    }
  }
  expect(seen).toEqual(['early ', 'live ', 'last'])
})

test('logs whose rest is lost end with the reason', async () => {
  const server = await serve()
  const { client } = await open([server])
  const id = await client.submit({ argv: ['hold'] }).id
  server.peer.closeWith(id, { stdout: { hash: 'a'.repeat(64), sizeBytes: 9 } })
  await expect(collect(client.logs(id))).rejects.toMatchObject({ code: 'blob-missing' })
})

test('a reader of logs that leaves is let go', async () => {
  const server = await serve()
  const { client } = await open([server])
  const id = await client.submit({ argv: ['hold'] }).id
  const before = server.peer.clients
  server.peer.output(id, 'x')
  for await (const _ of client.logs(id)) break
  await server.peer.clientsLeft(before)
})

test('peers and status say what there is', async () => {
  const mesh = new MemoryMesh()
  const a = await serve({ self: 'PeerA', mesh })
  await serve({ self: 'PeerB', mesh })
  const { client } = await open([a])
  const peers = await client.peers()
  expect(peers.map((peer) => [peer.id, peer.self, peer.state])).toEqual([
    ['PeerA', true, 'alive'],
    ['PeerB', false, 'alive'],
  ])
  expect(await client.status()).toMatchObject({
    self: 'PeerA',
    version: '0.0.0',
    peers: { alive: 2, suspect: 0, dead: 0 },
  })
})

test('trace events are read as they happen, by those who ask for their kind', async () => {
  const server = await serve()
  const { client } = await open([server])
  const events = client.events(undefined, { types: ['link'] })[Symbol.asyncIterator]()
  const next = events.next()
  await server.peer.tracedBy(1)
  server.peer.emit({ at: 0, type: 'peer.leaving' })
  server.peer.emit({ at: 1, type: 'link.up', peer: 'PeerB', name: 'b' })
  const wallMs = expect.any(Number)
  expect((await next).value).toEqual({ at: 1, type: 'link.up', peer: 'PeerB', name: 'b', wallMs })
  await events.return?.()
  // The ring goes on for a minute, for whoever comes back; a peer that stops waits for nobody.
  await server.server.stop()
  await server.peer.tracedBy(0)
})

test('blobs go in and come back, from here or from who ran the task', async () => {
  const server = await serve()
  const { client } = await open([server])
  const bytes = crypto.getRandomValues(new Uint8Array(50_000))
  const { hash, sizeBytes } = await client.putBlob(bytes)
  expect(sizeBytes).toBe(50_000)
  expect(Buffer.from(await client.getBlob(hash)).equals(bytes)).toBe(true)
  const away = server.remoteBlobs.keep(Buffer.from('kept elsewhere'))
  const task = await client.submit({ argv: ['hold'] }).id
  server.peer.closeWith(task, { files: [{ path: 'out', blob: away, mode: 0o644 }] })
  expect(Buffer.from(await client.getBlob(away.hash, { task })).toString()).toBe('kept elsewhere')
})

test('a blob that is not there, or too large, is told', async () => {
  const server = await serve()
  const { client } = await open([server])
  const task = await client.submit({ argv: ['echo'] }).id
  const missing = { code: 'blob-missing', status: 404 }
  await expect(client.getBlob('a'.repeat(64))).rejects.toMatchObject(missing)
  await expect(client.getBlob('a'.repeat(64), { task })).rejects.toMatchObject(missing)
  const large = await request(server, 'PUT', '/v1/blobs', {
    body: new Uint8Array(server.blobs.sizeBytesMax + 1),
    headers: { 'content-type': 'application/octet-stream' },
  })
  expect(large).toMatchObject({ status: 413, body: { code: 'blob-too-large' } })
  expect(await request(server, 'PUT', '/v1/blobs', { body: '"text"' })).toMatchObject({ status: 415 })
})

test('an administrator invites and stops', async () => {
  const server = await serve()
  const { client } = await open([server])
  expect(await client.invite({ role: 'submit' })).toMatchObject({ line: 'souk-invite-submit' })
  await client.stop()
  expect(server.stopped).toBe(1)
})

test('the API describes itself', async () => {
  const { status, body } = await request(await serve(), 'GET', '/openapi.json', { token: null })
  expect(status).toBe(200)
  const { paths } = body as unknown as { paths: Record<string, Record<string, { requestBody?: object }>> }
  expect(Object.keys(paths)).toEqual(
    expect.arrayContaining(['/v1/tasks', '/v1/tasks/{id}', '/v1/sessions/{session}/events']),
  )
  expect(paths['/v1/tasks']?.post?.requestBody).toBeDefined()
})
