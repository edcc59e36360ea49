import { request as httpRequest } from 'node:http'
import { ReplayServer } from '@souk/control'
import { defaultMarketConfig, replay, weightsOf } from '@souk/market'
import type { Decision, Recording } from '@souk/wire'
import { afterEach, expect, test } from 'vitest'

let server: ReplayServer | undefined
afterEach(() => server?.stop())

const bid = (peer: string, used: number) => ({
  ...{ peer, score: used, afterMs: 1, parts: { used } },
  terms: { count: 1, startMs: 0, finishMs: { p50: 1, p90: 2 } },
})
const decision = { winner: 'A', bids: [bid('A', 0.1), bid('B', 0.9)], bidsTotal: 2, reason: 'best' }
const awarded = (task: string, more: object) => ({ type: 'task.awarded', wallMs: 1, task, ...more })
const recording: Recording = {
  ...{ format: 'souk-trace', version: 1, at: '2026-11-29T10:00:00Z', from: { self: 'A', name: 'oak', mesh: 'lab' } },
  events: [awarded('t1', { decision }), awarded('t2', {}), awarded('t3', { decision: { ...decision, bids: [{}] } })],
  ...{ moments: [], task: { id: 't4', decision: { ...decision, winner: 'B' } } as { id: string } },
}

async function serve(): Promise<{ url: string; code: string }> {
  server = new ReplayServer(recording, async (name) =>
    name === 'index.html' ? new TextEncoder().encode('<title>Souk</title>') : undefined,
  )
  return { url: await server.listen(0), code: server.code }
}

test('the console comes with its strict policy, the recording to whoever has the code', async () => {
  const { url, code } = await serve()
  const page = await fetch(url)
  expect([await page.text(), page.headers.get('content-security-policy')]).toEqual([
    '<title>Souk</title>',
    expect.stringContaining("default-src 'self'"),
  ])
  const answer = await fetch(`${url}/v1/recording`, { headers: { authorization: `Bearer ${code}` } })
  expect([answer.status, await answer.text()]).toEqual([200, JSON.stringify(recording)])
  for (const authorization of ['', 'Bearer x', `Bearer ${'x'.repeat(code.length)}`]) {
    const refused = await fetch(`${url}/v1/recording`, { headers: { authorization } })
    expect([refused.status, await refused.json()]).toMatchObject([401, { code: 'code-wrong' }])
  }
})

test('bids of the recording are weighed again by the rule of the market, of a window and of a task', async () => {
  const { url, code } = await serve()
  const ask = async (task: string, body: object, authorization = `Bearer ${code}`) => {
    const headers = { authorization, 'content-type': 'application/json' }
    const answer = await fetch(`${url}/v1/tasks/${task}/reweigh`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    })
    return [answer.status, await answer.json()]
  }
  const pack = replay(decision as unknown as Decision, weightsOf('pack', defaultMarketConfig))
  expect(await ask('t1', { objective: 'pack' })).toEqual([200, { ...pack, bidsTotal: 2 }])
  expect(await ask('t4', { weights: { used: -1 } })).toMatchObject([200, { winner: 'B', changed: false }])
  expect(await ask('t2', { objective: 'pack' })).toMatchObject([409, { code: 'not-decided' }])
  expect(await ask('t3', { objective: 'pack' })).toMatchObject([
    400,
    { code: 'recording-damaged', message: expect.stringContaining('task t3 in the export is damaged at /bids/0/') },
  ])
  expect(await ask('t1', { objective: 'best' })).toMatchObject([400, { code: 'request-invalid' }])
  expect(await ask('t1', { objective: 'pack' }, 'Bearer x')).toMatchObject([401, { code: 'code-wrong' }])
})

test('there is nothing to do in it, and it answers to loopback names alone', async () => {
  const { url, code } = await serve()
  const headers = { authorization: `Bearer ${code}` }
  const refused = await fetch(`${url}/v1/tasks`, { method: 'POST', headers, body: '{}' })
  expect([refused.status, await refused.json()]).toMatchObject([404, { code: 'replayed' }])
  const status = await new Promise((resolve, reject) => {
    const options = { headers: { ...headers, host: 'evil.example' } }
    httpRequest(`${url}/v1/recording`, options, (answer) => resolve(answer.resume().statusCode))
      .on('error', reject)
      .end()
  })
  expect(status).toBe(403)
})

test('a port that is taken is said', async () => {
  const { url } = await serve()
  const second = new ReplayServer(recording, async () => undefined)
  await expect(second.listen(Number(new URL(url).port))).rejects.toMatchObject({ code: 'listen-failed' })
  await second.stop()
})
