import { afterEach, expect, test, vi } from 'vitest'
import { closeAll, open, request, serve } from './fixture.ts'

// Real sockets on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000 })
afterEach(closeAll)

test('an attached program serves its functions to whoever calls them', async () => {
  const { hub, ...server } = await serve()
  const { client } = await open([{ ...server, hub }])
  const agent = await client.agent({
    slots: 4,
    functions: {
      add: (x: number, y: number) => x + y,
      late: async (text: string) => text.toUpperCase(),
      nothing: () => {},
    },
  })
  expect(agent.functions).toEqual(['add', 'late', 'nothing'])
  const answers = await Promise.all([hub.call('add', [2, 3]), hub.call('late', ['x']), hub.call('nothing', [])])
  expect(answers).toEqual([
    { ok: true, value: '5' },
    { ok: true, value: '"X"' },
    { ok: true, value: 'null' },
  ])
})

test('a function that throws answers with why', async () => {
  const server = await serve()
  const { client } = await open([server])
  await client.agent({
    functions: {
      fail: () => {
        throw new TypeError('no such row')
      },
    },
  })
  expect(await server.hub.call('fail', [])).toEqual({ ok: false, error: 'TypeError: no such row' })
})

test('answers of one turn travel in one request', async () => {
  const server = await serve()
  const { client, requests } = await open([server])
  await client.agent({ slots: 100, functions: { twice: (x: number) => 2 * x } })
  const answers = await Promise.all(Array.from({ length: 100 }, (_, i) => server.hub.call('twice', [i])))
  expect(answers).toEqual(Array.from({ length: 100 }, (_, i) => ({ ok: true, value: String(2 * i) })))
  expect(requests.filter((each) => each.endsWith('/results')).length).toBeLessThan(10)
})

test('an agent with a hook hears how many calls are expected, and goes on where that throws', async () => {
  const server = await serve()
  const { client } = await open([server])
  let hear: (heard: [string, number]) => void = () => {}
  const heard = new Promise<[string, number]>((resolve) => {
    hear = resolve
  })
  await client.agent({
    slots: 8,
    functions: { f: () => 1 },
    warm: (name, calls) => {
      hear([name, calls])
      throw new Error('no memory')
    },
  })
  const [agent] = server.hub.agents.values()
  // Its stream may not be open yet, and what is only a hint is not kept for it.
  const hinting = setInterval(() => agent!.warm!('f', 5), 10)
  expect(await heard).toEqual(['f', 5])
  clearInterval(hinting)
  expect(await server.hub.call('f', [])).toEqual({ ok: true, value: '1' })
})

test('an agent without a hook hears nothing of what is expected', async () => {
  const server = await serve()
  const { client } = await open([server])
  await client.agent({ functions: { f: () => 1 } })
  expect([...server.hub.agents.values()].map(({ warm }) => warm)).toEqual([undefined])
})

test('a closed agent is withdrawn', async () => {
  const server = await serve()
  const { client } = await open([server])
  const agent = await client.agent({ functions: { f: () => 1 } })
  expect(server.hub.agents.size).toBe(1)
  await agent.close()
  expect(server.hub.agents.size).toBe(0)
  await agent.closed
})

test('an agent attaches anew at another peer when its own dies', async () => {
  const [a, b] = [await serve({ self: 'PeerA' }), await serve({ self: 'PeerB' })]
  const { client } = await open([a, b])
  await client.agent({ functions: { whereAmI: () => 'here' } })
  expect(a.hub.agents.size).toBe(1)
  const moved = b.hub.changed()
  await a.server.stop()
  await moved
  expect(await b.hub.call('whereAmI', [])).toEqual({ ok: true, value: '"here"' })
})

test('a call that was open when the stream broke comes again and runs once', async () => {
  const server = await serve()
  const { body } = await request(server, 'POST', '/v1/agents', { body: '{"functions":["f"]}' })
  const open1 = await callsOf(server.url, body.agent as string)
  const answer = server.hub.call('f', [1])
  expect(await open1.next()).toMatchObject([{ type: 'call', function: 'f', args: '[1]' }])
  const open2 = await callsOf(server.url, body.agent as string)
  const [call] = await open2.next()
  const results = JSON.stringify({ results: [{ run: call?.run, value: '7' }] })
  const path = `/v1/agents/${body.agent}/results`
  expect((await request(server, 'POST', path, { body: results })).body).toEqual({ settled: 1, unknown: 0 })
  expect((await request(server, 'POST', path, { body: results })).body).toEqual({ settled: 0, unknown: 1 })
  expect(await answer).toEqual({ ok: true, value: '7' })
})

test('an unknown agent is 404, and functions without a name are refused', async () => {
  const server = await serve()
  const nobody = crypto.randomUUID()
  expect(await request(server, 'GET', `/v1/agents/${nobody}/calls`)).toMatchObject({
    status: 404,
    body: { code: 'agent-unknown' },
  })
  const answer = await request(server, 'POST', '/v1/agents', { body: '{"functions":["f",""]}' })
  expect(answer).toMatchObject({ status: 400, body: { path: '/functions/1' } })
})

/** The stream of calls, read by hand. */
async function callsOf(url: string, agent: string): Promise<{ next(): Promise<Record<string, string>[]> }> {
  const headers = { authorization: 'Bearer token-of-an-admin' }
  const response = await fetch(`${url}/v1/agents/${agent}/calls`, { headers })
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
  return {
    async next() {
      for (;;) {
        const { value } = await reader.read()
        const data = /^data: (.*)$/m.exec(value ?? '')?.[1]
        if (data !== undefined) return JSON.parse(data) as Record<string, string>[]
      }
    },
  }
}
