import { routes } from '@souk/client'
import { afterEach, expect, test } from 'vitest'
import { ConsoleSessions } from '../src/console/console-sessions.ts'
import { closeAll, type Fixture, open, request, serve, tokens } from './fixture.ts'

afterEach(closeAll)

const own = { 'x-souk-console': '1' }
const post = (server: Fixture, path: string, body: object, headers: Record<string, string> = own) =>
  request(server, 'POST', path, { token: null, body: JSON.stringify(body), headers })

/** Logs in and gives the cookie as a browser sends it back. */
async function logIn(server: Fixture, body: object): Promise<string> {
  const { headers } = await post(server, '/v1/login', body)
  return headers.get('set-cookie')!.split(';')[0]!
}

test('the console comes with a policy that lets it load from this peer alone', async () => {
  const { url } = await serve()
  const page = await fetch(`${url}/console/`)
  expect(await page.text()).toContain('<title>')
  expect(page.headers.get('content-security-policy')).toMatch(/^default-src 'self'; (?!.*unsafe)/)
  expect((await fetch(`${url}/`, { redirect: 'manual' })).headers.get('location')).toBe('/console/')
  expect((await fetch(`${url}/console/..%2fsecret`)).status).toBe(404)
})

test('a login code opens one session, whose cookie no script can read and no other page can send', async () => {
  const server = await serve()
  const code = server.server.loginCode()
  const { status, body, headers } = await post(server, '/v1/login', { code })
  expect({ status, role: body.role }).toEqual({ status: 200, role: 'admin' })
  expect(headers.get('set-cookie')).toMatch(/^souk-PeerA=.*; Path=\/; Max-Age=43200; HttpOnly; SameSite=Strict$/)
  const cookie = headers.get('set-cookie')!.split(';')[0]!
  const who = await request(server, 'GET', '/v1/who', { token: null, headers: { cookie, ...own } })
  expect(who.body).toMatchObject({ self: 'PeerA', role: 'admin' })

  expect((await post(server, '/v1/login', { code })).body.code).toBe('code-wrong')
})

test('requests of other pages are refused, whatever cookie the browser adds', async () => {
  const server = await serve()
  const cookie = await logIn(server, { token: tokens.admin })
  const drain = (headers: Record<string, string>) => post(server, '/v1/drain', {}, { cookie, ...headers })
  expect((await drain({})).body.code).toBe('origin-refused')
  expect((await drain({ ...own, origin: 'https://example.org' })).body.code).toBe('origin-refused')
  expect((await post(server, '/v1/login', { token: tokens.admin }, {})).body.code).toBe('origin-refused')
  expect((await drain({ ...own, origin: server.url })).status).toBe(200)
})

test('an observer sees everything and may do nothing, nor give more away than they have', async () => {
  const server = await serve()
  const cookie = await logIn(server, { token: tokens.observe })
  const headers = { cookie, ...own }
  expect((await request(server, 'GET', '/v1/peers', { token: null, headers })).status).toBe(200)
  const more = await post(server, '/v1/login-codes', { role: 'admin' }, headers)
  expect(more.body.code).toBe('role-insufficient')
  for (const { method, path, role } of Object.values(routes)) {
    if (method === 'GET' || role === undefined || role === 'observe') continue
    const asked = path.replace(/:\w+/g, '0'.repeat(24))
    const { status, body } = await request(server, method, asked, { token: null, headers })
    expect({ asked, status, code: body.code }).toEqual({ asked, status: 403, code: 'role-insufficient' })
  }
})

test('a session outlives a restart, ends where it is left, and nobody can make one up', async () => {
  const server = await serve()
  const cookie = await logIn(server, { token: tokens.submit })
  const asks = async (on: Fixture, sent: string) =>
    (await request(on, 'GET', '/v1/who', { token: null, headers: { cookie: sent, ...own } })).status
  expect(await asks(await serve(), cookie)).toBe(200)
  expect(await asks(await serve({ control: { sessionKey: new Uint8Array(32).fill(8) } }), cookie)).toBe(401)
  expect(await asks(server, cookie.replace('submit', 'admin'))).toBe(401)

  const { headers } = await post(server, '/v1/logout', {}, { cookie, ...own })
  expect(headers.get('set-cookie')).toMatch(/^souk-PeerA=; .*Max-Age=0/)
  expect(await asks(server, cookie)).toBe(401)
})

test('a client makes login codes with at most its own role', async () => {
  const server = await serve()
  const { client } = await open([server], { token: tokens.submit })
  const { code, role } = await client.loginCode({ role: 'observe' })
  expect(role).toBe('observe')
  expect((await post(server, '/v1/login', { code })).body.role).toBe('observe')
  await expect(client.loginCode({ role: 'admin' })).rejects.toMatchObject({ code: 'role-insufficient' })
})

test('a session does not prolong itself: it makes no login codes', async () => {
  const server = await serve()
  const cookie = await logIn(server, { token: tokens.admin })
  expect((await post(server, '/v1/login-codes', {}, { cookie, ...own })).body.code).toBe('token-needed')
})

test('a session is of one listener: what loopback gave opens nothing by TLS, where cookies never travel in the clear', () => {
  const sessions = new ConsoleSessions(new Uint8Array(32), 'PeerA')
  const pair = (cookie: string) => cookie.split(';')[0]!
  const [local, remote] = [sessions.open('admin', 'loopback'), sessions.open('observe', 'tls')]
  expect(sessions.check(pair(local.cookie), 'tls')).toBeUndefined()
  expect(sessions.check(`theme=dark; ${pair(remote.cookie)}`, 'tls')).toEqual({ role: 'observe' })
  expect(remote.cookie).toMatch(/; Secure$/)
  // Another peer of this host gets the cookie as well, and makes nothing of it.
  expect(new ConsoleSessions(new Uint8Array(32), 'PeerB').check(pair(local.cookie), 'loopback')).toBeUndefined()
})
