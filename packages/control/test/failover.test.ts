import { once } from 'node:events'
import { request as secureRequest } from 'node:https'
import { type AddressInfo, createServer } from 'node:net'
import { generate } from 'selfsigned'
import { afterEach, expect, test, vi } from 'vitest'
import { closeAll, closeLater, type Fixture, open, serve, tokens } from './fixture.ts'
import { MemoryMesh } from './memory-peer.ts'
import { Relay } from './relay.ts'

// Real sockets on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000 })
afterEach(closeAll)

async function throughRelay(server: Fixture): Promise<{ relay: Relay; at: Fixture }> {
  const relay = await new Relay(server.port).start()
  closeLater(relay)
  return { relay, at: { ...server, url: relay.url } }
}

const eventStreams = (requests: string[]) => requests.filter((each) => each.endsWith('/events')).length

test('a stream that was cut goes on where it was: nothing is asked for again', async () => {
  const server = await serve()
  const { relay, at } = await throughRelay(server)
  const { client, requests } = await open([at])
  const first = client.submit({ argv: ['echo', 'before'] })
  const second = client.submit({ argv: ['hold'] })
  await first.outcome
  const id = await second.id
  relay.part()
  server.peer.close(id)
  relay.heal()
  expect((await second.outcome).kind).toBe('succeeded')
  expect(eventStreams(requests)).toBeGreaterThan(1)
  expect(requests.filter((each) => each.endsWith('/watch'))).toHaveLength(0)
})

test('outcomes that end while the stream is away are not lost, many at once', async () => {
  const server = await serve()
  const { relay, at } = await throughRelay(server)
  const { client } = await open([at])
  const handles = Array.from({ length: 3_000 }, () => client.submit({ argv: ['hold'] }))
  const ids = await Promise.all(handles.map((handle) => handle.id))
  for (const [i, id] of ids.entries()) {
    if (i % 1_000 === 500) relay.cut()
    server.peer.close(id)
  }
  const outcomes = await Promise.all(handles.map((handle) => handle.outcome))
  expect(outcomes.map((outcome) => outcome.task)).toEqual(ids)
})

test('a server that lost the session is asked again for every open task', async () => {
  const mesh = new MemoryMesh()
  const server = await serve({ self: 'PeerA', mesh })
  const { client, requests } = await open([server])
  const handle = client.submit({ argv: ['hold'] })
  const id = await handle.id
  await server.server.stop()
  const again = await serve({ self: 'PeerA', mesh, port: server.port })
  await again.peer.asked('query')
  again.peer.close(id)
  expect((await handle.outcome).task).toBe(id)
  expect(requests.some((each) => each.endsWith('/watch'))).toBe(true)
})

test('when a peer dies the client goes on through another: open tasks are watched there', async () => {
  const mesh = new MemoryMesh()
  const [a, b] = [await serve({ self: 'PeerA', mesh }), await serve({ self: 'PeerB', mesh })]
  const { client } = await open([a, b])
  const handles = Array.from({ length: 50 }, () => client.submit({ argv: ['hold'] }))
  const ids = await Promise.all(handles.map((handle) => handle.id))
  await a.server.stop()
  await b.peer.asked('query')
  for (const id of ids) b.peer.close(id)
  const outcomes = await Promise.all(handles.map((handle) => handle.outcome))
  expect(outcomes.map((outcome) => outcome.task)).toEqual(ids)
  expect((await client.submit({ argv: ['echo', 'on'] }).outcome).host).toBe('PeerB')
})

test('a submit that got no answer is submitted again elsewhere with its key', async () => {
  const mesh = new MemoryMesh()
  const [a, b] = [await serve({ self: 'PeerA', mesh }), await serve({ self: 'PeerB', mesh })]
  a.peer.mute = true
  const { client } = await open([a, b])
  const handle = client.submit({ argv: ['echo', 'x'] })
  const sent = await a.peer.asked('submit')
  await a.server.stop()
  expect((await handle.outcome).host).toBe('PeerB')
  const resent = b.peer.inputs.find((input) => input.type === 'submit')
  expect(resent?.tasks[0]?.nonce).toBe(sent.tasks[0]?.nonce)
})

test('the first endpoint may be dead from the start', async () => {
  const dead = await serve()
  await dead.server.stop()
  const { client } = await open([dead, await serve()])
  expect((await client.submit({ argv: ['echo'] }).outcome).kind).toBe('succeeded')
})

test('no living endpoint is told with what each one did, long before a peer that was there is given up', async () => {
  const dead = await serve()
  await dead.server.stop()
  const mute = createServer(() => {}).listen(0, '127.0.0.1')
  closeLater({ close: async () => void mute.close() })
  await once(mute, 'listening')
  const silent = { ...dead, url: `http://127.0.0.1:${(mute.address() as AddressInfo).port}` }
  await expect(open([dead, silent], { connectMsMax: 1 })).rejects.toMatchObject({
    code: 'unreachable',
    message: expect.stringMatching(
      new RegExp(`${dead.url} \\(.*ECONNREFUSED.*\\), ${silent.url} \\(no answer within 250 ms\\)`),
    ),
  })
})

test('a wrong token is told with the endpoint it was for', async () => {
  const server = await serve()
  await expect(open([server], { token: 'wrong' })).rejects.toMatchObject({
    status: 401,
    message: expect.stringContaining(server.url),
  })
})

test('what waits fails when every endpoint is gone for good', async () => {
  const server = await serve()
  const { client } = await open([server], { reconnectMsMax: 1 })
  const handle = client.submit({ argv: ['hold'] })
  await handle.id
  await server.server.stop()
  await expect(handle.outcome).rejects.toMatchObject({ code: 'unreachable' })
})

test('a reader that stalls costs bounded memory and is told to ask again', async () => {
  const server = await serve()
  const session = crypto.randomUUID()
  const headers = { authorization: `Bearer ${tokens.admin}`, 'content-type': 'application/json' }
  const stalled = await fetch(`${server.url}/v1/sessions/${session}/events`, { headers })
  const body = JSON.stringify({ session, tasks: new Array(200).fill({ argv: ['echo', 'x'.repeat(30_000)] }) })
  for (let i = 0; i < 6; i++) {
    const answer = await fetch(`${server.url}/v1/tasks`, { method: 'POST', headers, body })
    expect(answer.status).toBe(200)
    await answer.arrayBuffer()
  }
  let seen = ''
  for await (const chunk of stalled.body!.pipeThrough(new TextDecoderStream())) {
    seen = seen.slice(-64) + chunk
    if (seen.includes('"resync"')) break
  }
  expect(seen).toContain('"resync"')
})

test('the API is served over TLS too, with the same tokens', async () => {
  const server = await serve()
  const { key, cert } = await certificate()
  const { url } = await server.server.listen({ host: '127.0.0.1', port: 0, tls: { key, cert } })
  expect(url).toMatch(/^https:/)
  const status = await tlsStatus(url, tokens.observe, cert)
  expect(status).toBe(200)
  expect(await tlsStatus(url, 'guess', cert)).toBe(401)
})

async function certificate(): Promise<{ key: string; cert: string }> {
  const made = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] }],
  })
  return { key: made.private, cert: made.cert }
}

async function tlsStatus(url: string, token: string, ca: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    secureRequest(
      `${url}/v1/status`,
      { ca, servername: 'localhost', headers: { authorization: `Bearer ${token}` } },
      (response) => {
        response.resume()
        resolve(response.statusCode)
      },
    )
      .on('error', reject)
      .end()
  })
}
