import { request as plainRequest } from 'node:http'
import { afterEach, expect, test, vi } from 'vitest'
import { closeAll, request, serve, tokens } from './fixture.ts'

// Real sockets on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000 })
afterEach(closeAll)

const submit = (body: unknown) => ({ body: JSON.stringify(body) })

test('malformed JSON is refused and says so', async () => {
  const answer = await request(await serve(), 'POST', '/v1/tasks', { body: '{"tasks": [' })
  expect(answer).toMatchObject({ status: 400, body: { code: 'malformed-json' } })
})

test('an empty body where JSON is announced is malformed', async () => {
  const answer = await request(await serve(), 'POST', '/v1/tasks', {
    body: '',
    headers: { 'content-type': 'application/json' },
  })
  expect(answer).toMatchObject({ status: 400, body: { code: 'malformed-json' } })
})

test('an unknown field is refused with its path', async () => {
  const answer = await request(
    await serve(),
    'POST',
    '/v1/tasks',
    submit({ tasks: [{ argv: ['true'], colour: 'red' }] }),
  )
  expect(answer).toMatchObject({ status: 400, body: { code: 'request-invalid', path: '/tasks/0/colour' } })
})

test('a wrong type is refused, never coerced, and every place is named', async () => {
  const tasks = [{ argv: ['true'], retries: '3' }, { argv: 'true' }, { argv: ['true'], priority: 'urgent' }]
  const answer = await request(await serve(), 'POST', '/v1/tasks', submit({ tasks }))
  expect(answer.status).toBe(400)
  expect(answer.body.details.map((each: { path: string }) => each.path)).toEqual([
    '/tasks/0/retries',
    '/tasks/1/argv',
    '/tasks/2/priority',
  ])
  expect(answer.body.details[2]?.message).toContain('critical, high, medium, low')
})

test('a task that would take no slot is refused: nothing would bound how many of it run', async () => {
  const tasks = [{ argv: ['true'], request: { cpu: 0, slots: 0 } }]
  const answer = await request(await serve(), 'POST', '/v1/tasks', submit({ tasks }))
  expect(answer).toMatchObject({ status: 400, body: { path: '/tasks/0/request/slots' } })
})

const overflow = 2 ** 53

test.each<[object, string, string]>([
  [{ request: { cpu: -1 } }, '/request/cpu', 'which is negative'],
  [{ request: { cpu: '-1' } }, '/request/cpu', "'-1', which is negative"],
  [{ request: { cpu: 'NaN' } }, '/request/cpu', "'NaN', which is no amount"],
  [{ request: { cpu: null } }, '/request/cpu', 'expected number or string'],
  [{ request: { cpu: '1e9' } }, '/request/cpu', 'is no amount'],
  [{ request: { cpu: overflow } }, '/request/cpu', 'more than any host can have'],
  [{ request: { cpu: 2 ** 52 } }, '/request/cpu', 'more than any host can have'],
  [{ request: { memory: '5 apples' } }, '/request/memory', "unknown unit 'apples'"],
  [{ request: { memory: '4constructor' } }, '/request/memory', "unknown unit 'constructor'"],
  [{ request: { memory: '9'.repeat(30) } }, '/request/memory', 'more than any host can have'],
  [{ request: { memory: '9'.repeat(30_000) } }, '/request/memory', `'${'9'.repeat(40)}…'`],
  [{ request: { gpu: 1.5 } }, '/request/gpu', 'a whole number of devices up to 1024, or a share below 1'],
  [{ request: { gpu: -0.5 } }, '/request/gpu', 'a whole number of devices up to 1024, or a share below 1'],
  [{ request: { gpu: 1025 } }, '/request/gpu', 'gpu is 1025'],
  [{ request: { custom: { mem: 2 } } }, '/request/custom/mem', "ask for it as 'memory' itself"],
  [{ alternatives: [{ custom: { cpu: 2 } }] }, '/alternatives/0/custom/cpu', "ask for it as 'cpu' itself"],
  [{ tenant: '' }, '/tenant', 'it is empty'],
  [{ request: { gpu: { count: 0, models: ['A100'] } } }, '/request/gpu/count', 'ask for at least one'],
  [{ request: { gpu: { share: 0.5, memory: '20 bananas' } } }, '/request/gpu/memory', "unknown unit 'bananas'"],
  [{ request: { gpu: 'A100' } }, '/request/gpu', 'expected'],
  [{ request: { slots: 1.5 } }, '/request/slots', 'integer'],
  [{ request: { slots: 0 } }, '/request/slots', '1'],
  [{ request: { custom: { licence: -1 } } }, '/request/custom/licence', 'greater or equal to 0'],
  [{ request: { custom: { licence: 0.5 } } }, '/request/custom/licence', 'integer'],
  [{ alternatives: [{}, { memory: '-1' }] }, '/alternatives/1/memory', 'which is negative'],
  [{ alternatives: Array(5).fill({}) }, '/alternatives', '4'],
  [{ group: '' }, '/group', 'it is empty'],
  [{ near: [{ group: 'x'.repeat(65) }] }, '/near/0/group', '64'],
  [{ apart: Array(9).fill({ group: 'a' }) }, '/apart', '8'],
  [{ group: 'db', near: [{ group: 'web' }, { group: 'db' }] }, '/near/1', 'the first of them could start nowhere'],
  [{ near: [{ group: 'db' }], apart: [{ group: 'db' }] }, '/apart/0', "near and apart from 'db' at once"],
  [{ retries: -1 }, '/retries', 'greater or equal to 0'],
  [{ expectedMs: 0 }, '/expectedMs', '1'],
  [{ expectedMs: 0.5 }, '/expectedMs', 'integer'],
  [{ timeoutMs: overflow }, '/timeoutMs', String(2 ** 40)],
  [{ labels: { zone: 'x'.repeat(257) } }, '/labels/zone', '256'],
  [{ where: '' }, '/where', 'it is empty'],
  [{ where: 'x'.repeat(1025) }, '/where', '1024'],
  [{ where: 'zone = a' }, '/where', '\n       ^'],
  [{ where: 'a == 1 && a == 2' }, '/where', 'no host can ever meet a == 1 and a == 2'],
  [{ where: 'cores > 8 && cores < 4' }, '/where', 'cores > 8 and cores < 4'],
])('a request that cannot be is refused with its place and reason: %o', async (task, path, text) => {
  const { status, body } = await request(
    await serve(),
    'POST',
    '/v1/tasks',
    submit({ tasks: [{ argv: ['true'], ...task }] }),
  )
  const refused = status === 200 ? body.results[0] : body
  expect(refused).toMatchObject({
    code: expect.stringMatching(/-invalid$|-contradicts?$/),
    ...(status === 200 ? { path, message: expect.stringContaining(text) } : {}),
  })
  // Of the whole body the first place is named; of one task's meaning its own.
  if (status === 400) expect(body).toMatchObject({ path: `/tasks/0${path}`, message: expect.stringContaining(text) })
  expect(JSON.stringify(refused).length).toBeLessThan(1000)
})

test('a body full of mistakes is answered with the first twenty', async () => {
  const tasks = Array.from({ length: 500 }, () => ({ argv: 1 }))
  const answer = await request(await serve(), 'POST', '/v1/tasks', submit({ tasks }))
  expect(answer.body.details).toHaveLength(20)
})

test('a task refused for its meaning does not stop its neighbours', async () => {
  const server = await serve()
  const tasks = [{ argv: ['echo'] }, {}, { argv: ['echo'], request: { memory: 'lots' } }, { function: 'f', stdin: '' }]
  const { status, body } = await request(server, 'POST', '/v1/tasks', submit({ tasks }))
  expect(status).toBe(200)
  expect(body.results).toMatchObject([
    { task: expect.any(String) },
    { code: 'task-invalid' },
    { code: 'amount-invalid', path: '/request/memory' },
    { code: 'task-invalid', path: '/stdin' },
  ])
})

test('paths that leave the folder of the task are refused', async () => {
  const file = { hash: 'a'.repeat(64), sizeBytes: 1 }
  const tasks = [
    { argv: ['cat'], inputs: [{ path: '../../etc/passwd', ...file }] },
    { argv: ['cat'], inputs: [{ path: '/etc/passwd', ...file }] },
    { argv: ['cat'], outputs: ['a/../../b'] },
  ]
  const { body } = await request(await serve(), 'POST', '/v1/tasks', submit({ tasks }))
  expect(body.results.map((each: { code: string; path: string }) => [each.code, each.path])).toEqual([
    ['path-unsafe', '/inputs/0/path'],
    ['path-unsafe', '/inputs/0/path'],
    ['path-unsafe', '/outputs/0'],
  ])
})

test('a task larger than its limit is refused by name', async () => {
  const many = Array.from({ length: 40 }, (_, i) => [`V${i}`, 'x'.repeat(32_000)])
  const tasks = [
    { argv: ['cat'], stdin: 'x'.repeat(70_000) },
    { function: 'f', args: ['x'.repeat(70_000)] },
    { argv: ['env'], env: Object.fromEntries(many) },
  ]
  const { body } = await request(await serve(), 'POST', '/v1/tasks', submit({ tasks }))
  expect(body.results.map((each: { code: string }) => each.code)).toEqual(Array(3).fill('task-too-large'))
})

test('arguments nested without end are refused, and the server lives on', async () => {
  const server = await serve()
  const nested = `${'['.repeat(200_000)}${']'.repeat(200_000)}`
  const answer = await request(server, 'POST', '/v1/tasks', { body: `{"tasks":[{"function":"f","args":${nested}}]}` })
  expect([answer.status, answer.body.results?.[0]?.code ?? answer.body.code]).toEqual([200, 'task-invalid'])
  expect((await request(server, 'GET', '/healthz', { token: null })).status).toBe(200)
})

test('a body over the limit is refused unread', async () => {
  const answer = await request(await serve(), 'POST', '/v1/tasks', { body: `"${'x'.repeat(9 * 1024 * 1024)}"` })
  expect(answer).toMatchObject({ status: 413, body: { code: 'body-too-large' } })
})

test('a body of another type is refused', async () => {
  const headers = { 'content-type': 'text/yaml' }
  const answer = await request(await serve(), 'POST', '/v1/tasks', { body: 'tasks: []', headers })
  expect(answer).toMatchObject({ status: 415, body: { code: 'media-type-unsupported' } })
})

test('no token, a wrong token and a token in the wrong place are refused', async () => {
  const server = await serve()
  expect(await request(server, 'GET', '/v1/status', { token: null })).toMatchObject({
    status: 401,
    body: { code: 'token-wrong' },
  })
  expect((await request(server, 'GET', '/v1/status', { token: 'guess' })).status).toBe(401)
  expect((await request(server, 'GET', `/v1/status?token=${tokens.admin}`, { token: null })).status).toBe(401)
})

test('the token is checked before the body is looked at', async () => {
  const answer = await request(await serve(), 'POST', '/v1/tasks', { token: 'guess', body: '{' })
  expect(answer.status).toBe(401)
})

test('an observer reads and changes nothing', async () => {
  const server = await serve()
  const as = { token: tokens.observe }
  for (const path of ['/v1/status', '/v1/peers', '/v1/tasks', '/v1/who']) {
    expect((await request(server, 'GET', path, as)).status).toBe(200)
  }
  const refused: [string, string][] = [
    ['POST', '/v1/tasks'],
    ['POST', '/v1/plan'],
    ['POST', '/v1/tasks/last/cancel'],
    ['PUT', '/v1/blobs'],
    ['POST', '/v1/agents'],
    ['POST', '/v1/invitations'],
    ['POST', '/v1/stop'],
  ]
  for (const [method, path] of refused) {
    expect(await request(server, method, path, as), path).toMatchObject({
      status: 403,
      body: { code: 'role-insufficient' },
    })
  }
})

test('a submitter submits and does not administer', async () => {
  const server = await serve()
  const as = { token: tokens.submit }
  expect(
    (await request(server, 'POST', '/v1/tasks', { ...as, ...submit({ tasks: [{ argv: ['echo'] }] }) })).status,
  ).toBe(200)
  expect((await request(server, 'POST', '/v1/stop', as)).status).toBe(403)
  expect((await request(server, 'POST', '/v1/agents', as)).status).toBe(403)
})

test('unknown ids and unknown routes are 404', async () => {
  const server = await serve()
  for (const path of [
    '0'.repeat(24),
    'abc',
    'last',
    'not-an-id'.replaceAll('-', ''),
    `${'0'.repeat(24)}/output`,
    `${'0'.repeat(24)}/resolve`,
  ]) {
    const answer = await request(server, 'GET', `/v1/tasks/${path}`)
    expect(answer, path).toMatchObject({ status: 404, body: { code: 'task-unknown' } })
  }
  expect(await request(server, 'POST', `/v1/tasks/${'0'.repeat(24)}/cancel`)).toMatchObject({ status: 404 })
  expect(await request(server, 'GET', '/v2/tasks')).toMatchObject({ status: 404, body: { code: 'route-unknown' } })
})

test('an id that is too short, or no id at all, is 400', async () => {
  const server = await serve()
  expect(await request(server, 'GET', '/v1/tasks/ab')).toMatchObject({ status: 400, body: { code: 'id-too-short' } })
  expect(await request(server, 'GET', '/v1/tasks/..%2f..')).toMatchObject({ status: 400, body: { path: '/id' } })
})

test('queries are checked like bodies', async () => {
  const server = await serve()
  expect(await request(server, 'GET', '/v1/tasks?limit=many')).toMatchObject({ status: 400, body: { path: '/limit' } })
  expect(await request(server, 'GET', '/v1/tasks?color=red')).toMatchObject({ status: 400, body: { path: '/color' } })
  const state = await request(server, 'GET', '/v1/tasks?state=sleeping')
  expect(state).toMatchObject({ status: 400, body: { path: '/state', message: expect.stringContaining('running') } })
})

test('the loopback listener refuses a name that a web page could have made point here', async () => {
  const { port } = await serve()
  const status = await new Promise((resolve, reject) => {
    const headers = { host: 'evil.example', authorization: `Bearer ${tokens.admin}` }
    plainRequest({ host: '127.0.0.1', port, path: '/v1/status', headers }, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
      .on('error', reject)
      .end()
  })
  expect(status).toBe(403)
})

test('no answer allows another origin', async () => {
  const answer = await request(await serve(), 'GET', '/v1/status', { headers: { origin: 'http://evil.example' } })
  expect(answer.headers.get('access-control-allow-origin')).toBeNull()
})

test('a fault inside is logged and not told', async () => {
  const invite = async () => {
    throw new TypeError('secret detail')
  }
  const server = await serve({ control: { invite } })
  const answer = await request(server, 'POST', '/v1/invitations')
  expect(answer).toMatchObject({ status: 500, body: { code: 'internal' } })
  expect(JSON.stringify(answer.body)).not.toContain('secret')
  expect(server.logged).toMatchObject([{ level: 'error' }])
})

test('plain HTTP off loopback is refused', async () => {
  const { server } = await serve()
  await expect(server.listen({ host: '0.0.0.0', port: 0 })).rejects.toMatchObject({ code: 'tls-required' })
})

test('a port that is taken is named', async () => {
  const { server, port } = await serve()
  await expect(server.listen({ host: '127.0.0.1', port })).rejects.toMatchObject({ code: 'port-in-use' })
})
