import { request as httpRequest } from 'node:http'
import { ReplayServer } from '@souk/control'
import { afterEach, expect, test } from 'vitest'

let server: ReplayServer | undefined
afterEach(() => server?.stop())

async function serve(): Promise<{ url: string; code: string }> {
  server = new ReplayServer('{"format":"souk-trace"}', async (name) =>
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
  const recording = await fetch(`${url}/v1/recording`, { headers: { authorization: `Bearer ${code}` } })
  expect([recording.status, await recording.text()]).toEqual([200, '{"format":"souk-trace"}'])
  for (const authorization of ['', 'Bearer x', `Bearer ${'x'.repeat(code.length)}`]) {
    const refused = await fetch(`${url}/v1/recording`, { headers: { authorization } })
    expect([refused.status, await refused.json()]).toMatchObject([401, { code: 'code-wrong' }])
  }
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
  const second = new ReplayServer('{}', async () => undefined)
  await expect(second.listen(Number(new URL(url).port))).rejects.toMatchObject({ code: 'listen-failed' })
  await second.stop()
})
