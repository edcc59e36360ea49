import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { souk, TestMesh, type TestPeer, tokenOf, until } from './harness.ts'

const mesh = new TestMesh()
let peer: TestPeer
let accepted: string

/** A task that was accepted before all the bad input: it must still be there afterwards. */
beforeAll(async () => {
  peer = await mesh.add('peer', ['--offer', 'cpu=2,slots=2', '--allow', 'process', '--label', 'site=here'])
  accepted = (await souk(['submit', '--data', peer.data, '--label', 'site=elsewhere', '--', 'true'])).out.trim()
})
afterAll(() => mesh.close())

const at = (words: string[], options = {}) => souk([words[0]!, '--data', peer.data, ...words.slice(1)], options)

async function post(body: string, token = tokenOf(peer)): Promise<{ status: number; text: string }> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const response = await fetch(`${peer.api}/v1/tasks`, { method: 'POST', headers, body })
  return { status: response.status, text: await response.text() }
}

test('malformed JSON and unknown fields are refused with 400 and the place', async () => {
  expect(await post('{"tasks":[')).toMatchObject({ status: 400 })
  const unknown = await post('{"tasks":[{"argv":["true"],"colour":"red"}]}')
  expect(unknown).toMatchObject({ status: 400, text: expect.stringContaining('colour') })
  const nested = await post('{"tasks":[{"argv":["true"],"request":{"cpu":[]}}]}')
  expect(nested).toMatchObject({ status: 400, text: expect.stringContaining('/tasks/0/request/cpu') })
})

test('a wrong token is refused with 401', async () => {
  expect((await post('{"tasks":[]}', 'wrong')).status).toBe(401)
})

test('an id that nobody knows is said to be unknown, and is 404 to the API', async () => {
  const headers = { authorization: `Bearer ${tokenOf(peer)}` }
  expect((await fetch(`${peer.api}/v1/tasks/${'a'.repeat(24)}`, { headers })).status).toBe(404)
  const { code, err } = await at(['result', 'zzzzzzzz'])
  expect(code).toBe(1)
  expect(err).toContain('zzzzzzzz')
})

test('a command that does not exist fails as in a shell, and says so', async () => {
  expect(await at(['run', '--', 'no-such-command-here'])).toMatchObject({
    code: 127,
    err: expect.stringContaining('no-such-command-here'),
  })
})

test('a kind of task that no host allows is named', async () => {
  const { code, err } = await at(['run', '--no-queue', '--function', 'anything', '--', '1'])
  expect(code).toBe(125)
  expect(err).toMatch(/function/)
})

test('a request that no host can ever meet fails at once where its caller does not wait, with what there is', async () => {
  const { code, err } = await at(['run', '--no-queue', '--cpu', '64', '--', 'true'])
  expect([code, err]).toEqual([125, expect.stringContaining('needs 64 CPUs; the largest host has 2 CPUs: ')])
  const elsewhere = await at(['run', '--no-queue', '--where', 'site in (there, nowhere)', '--', 'true'])
  expect([elsewhere.code, elsewhere.err]).toEqual([125, expect.stringContaining('site is here')])
})

test('an expression that does not parse is shown with its place, and one that contradicts itself by its parts', async () => {
  const wrong = await at(['run', '--where', 'site = here', '--', 'true'])
  expect([wrong.code, wrong.err]).toEqual([64, expect.stringContaining('\n  site = here\n       ^')])
  const both = await at(['submit', '--label', 'site=here', '--where', 'site == there', '--', 'true'])
  expect([both.code, both.err]).toEqual([64, expect.stringContaining('site == here and site == there')])
})

test('a task that had a choice runs with what there is, and is told so', async () => {
  const ran = await at([
    'run',
    '--gpu',
    '1',
    '--or',
    'cpu=2',
    '--where',
    'cores >= 2',
    '--',
    'sh',
    '-c',
    'echo $SOUK_ALTERNATIVE',
  ])
  expect(ran).toMatchObject({ code: 0, out: '1\n' })
})

test('a task larger than its limit is refused, with the limit', async () => {
  const { code, err } = await at(['submit', '--', 'echo', 'x'.repeat(100_000)])
  expect(code).toBe(64)
  expect(err).toMatch(/32768|32,768|limit|at most/)
})

test('output over its limit is cut, and the person is told', async () => {
  const { code, out, err } = await at([
    'run',
    '--output-max',
    '1000B',
    '--',
    'sh',
    '-c',
    'yes 123456789 | head -c 50000',
  ])
  expect(code).toBe(0)
  expect(err).toMatch(/49 kB of output were over the limit and dropped/)
  expect(out.length).toBeLessThanOrEqual(50_000)
  expect((await at(['result', 'last'])).out.length).toBe(1000)
})

test('a data folder that a peer uses is refused to a second one', async () => {
  const { code, err } = await souk(['up', '--data', peer.data, '--no-mdns', '--listen', '127.0.0.1:0'])
  expect(code).toBe(69)
  expect(err).toContain('is in use')
  expect(err).toContain('next:')
})

test('the store refuses a second peer even where the API file is gone', async () => {
  const name = join(peer.data, 'api.json')
  const { readFileSync, rmSync } = await import('node:fs')
  const kept = readFileSync(name, 'utf8')
  rmSync(name)
  try {
    const { code, err } = await souk([
      'up',
      '--data',
      peer.data,
      '--no-mdns',
      '--listen',
      '127.0.0.1:0',
      '--api-port',
      '0',
    ])
    expect(code).toBe(1)
    expect(err).toMatch(/in use/)
  } finally {
    writeFileSync(name, kept, { mode: 0o600 })
  }
})

test('an invitation is good once, until it expires, and only as it was written', async () => {
  const join1 = (line: string, name: string) =>
    souk([
      'join',
      line,
      '--data',
      join(mesh.root, name),
      '--no-mdns',
      '--listen',
      '127.0.0.1:0',
      '--api-port',
      '0',
      '--detach',
    ])
  const short = await mesh.invite(peer, ['--ttl', '1ms'])
  expect(await join1(short, 'late')).toMatchObject({ code: 64, err: expect.stringContaining('expired') })
  const line = await mesh.invite(peer)
  const changed = line.slice(0, 40) + (line[40] === 'A' ? 'B' : 'A') + line.slice(41)
  expect(await join1(changed, 'forged')).toMatchObject({ code: 64, err: expect.stringContaining('invitation') })
  expect(await join1('hello', 'nonsense')).toMatchObject({ code: 64, err: expect.stringContaining('souk1:') })
  await mesh.start('second', ['join', line])
  expect(await join1(line, 'third')).toMatchObject({ code: 1, err: expect.stringContaining('used already') })
  expect(existsSync(join(mesh.root, 'third', 'mesh.json'))).toBe(false)
})

test('a peer of another mesh does not get in, and is told why', async () => {
  const stranger = new TestMesh()
  try {
    const other = await stranger.start('stranger', ['up', '--mesh', 'other'], ['--peer', peer.addresses[0]!])
    const client = await stranger.client(other)
    let reason = ''
    await until('it was told why', async () => {
      reason = (await client.links()).find((link) => link.id === peer.peer)?.lastError?.message ?? ''
      return reason !== ''
    })
    expect(reason).toContain('network key')
    const { out, code } = await souk(['doctor', '--data', other.data])
    expect(code).toBe(1)
    expect(out).toMatch(/FAIL .*not (dialled|authenticated).*network key/)
    const seen = JSON.parse((await at(['peers', '--json'])).out) as { id: string }[]
    expect(seen.some((line) => line.id === other.peer)).toBe(false)
  } finally {
    await stranger.close()
  }
})

test('after all this the peer is well, and the accepted task is still there', async () => {
  expect(await at(['run', '--', 'echo', 'well'])).toMatchObject({ code: 0, out: 'well\n' })
  const { out } = await at(['explain', accepted, '--json'])
  expect((JSON.parse(out) as { state: string }).state).toBe('waiting')
})
