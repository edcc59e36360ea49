import type { Analysis, Cost, HistoryPage, Trace } from '@souk/client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TopData } from '../../node/src/top/top-data.ts'
import { begin, souk, TestMesh, type TestPeer, tokenOf, until } from './harness.ts'

const mesh = new TestMesh()
let host: TestPeer
let other: TestPeer

/** One that runs a task at a time, one that lets no tenant have all of it, and one that only asks. */
beforeAll(async () => {
  host = await mesh.add('host', ['--offer', 'cpu=1,slots=1', '--label', 'site=narrow'])
  other = await mesh.add('other', ['--offer', 'cpu=0,slots=0'])
  const wide = ['--offer', 'cpu=4,slots=4', '--label', 'site=wide', '--quota', 'lab=tasks:1,mem:1G,waiting:3']
  await mesh.add('wide', wide)
  await mesh.met()
})
afterAll(() => mesh.close())

const narrow = ['--label', 'site=narrow']
const at = (peer: TestPeer, words: string[]) => souk([words[0]!, '--data', peer.data, ...words.slice(1)])
const json = async <T>(peer: TestPeer, words: string[]): Promise<T> =>
  JSON.parse((await at(peer, [...words, '--json'])).out) as T

test('analyze tells who waits for what whom holds, history what became of them, from any peer', async () => {
  const long = (
    await at(host, ['submit', '--tenant', 'lab', '--class', 'long', ...narrow, '--', 'sleep', '60'])
  ).out.trim()
  await until('it runs', async () => {
    const { byClass } = await json<Analysis>(other, ['analyze'])
    return byClass.some(({ name, running }) => name === 'long' && running === 1)
  })
  const next = (await at(other, ['submit', '--tenant', 'desk', '--class', 'short', ...narrow, '--', 'true'])).out.trim()
  await until('the other one waits for it', async () => {
    const { conflicts } = await json<Analysis>(other, ['analyze', '--window', '10m'])
    const [first] = conflicts
    return first?.at[0]?.holders[0]?.ids[0] === long
  })
  const { conflicts, demand, byTenant } = await json<Analysis>(host, ['analyze', '--peer', 'host'])
  expect(byTenant).toContainEqual(expect.objectContaining({ name: 'lab', running: 1 }))
  expect(demand).toContainEqual(expect.objectContaining({ resource: 'cpu', running: 1, capacity: 1 }))
  expect(conflicts.length).toBeLessThanOrEqual(1)
  const shown = await at(other, ['analyze'])
  expect(shown.out).toContain("lab's long has 1 (1 task: ")

  await at(other, ['cancel', long])
  expect(await at(other, ['wait', next])).toMatchObject({ code: 0 })
  const page = await json<HistoryPage>(other, ['history', '--since', '5m', '--peer', 'host', '--class', 'sh*'])
  expect(page).toMatchObject({
    total: 1,
    missing: [],
    tasks: [{ id: next, kind: 'succeeded', tenant: 'desk', host: host.peer, attempts: 1 }],
  })
  expect(page.tasks[0]!.waitedMs).toBeGreaterThan(0)
  const { trace } = await json<{ trace: Trace }>(other, ['explain', next, '--trace'])
  expect(trace.missing).toEqual([])
  expect(trace.events.map(({ by, type }) => `${by} ${type}`)).toEqual(
    expect.arrayContaining([`${other.peer} task.submitted`, `${host.peer} task.started`]),
  )
  const cancelled = await json<HistoryPage>(host, ['history', '--outcome', 'cancelled', '--limit', '1'])
  expect(cancelled.tasks.map(({ id }) => id)).toEqual([long])
  expect((await at(other, ['history', '--tenant', 'desk'])).out).toContain(next.slice(0, 8))
})

test('a quota holds at its host, and explain says that it is what a task waits for', async () => {
  const words = (seconds: string) => ['submit', '--tenant', 'lab', '--label', 'site=wide', '--', 'sleep', seconds]
  const first = (await at(other, words('600'))).out.trim()
  await until('it runs', async () => (await json<{ state: string }>(other, ['status', first])).state === 'running')
  const second = (await at(other, words('0'))).out.trim()
  await until('the other one waits', async () => {
    const { out } = await at(other, ['explain', second])
    return out.includes('lab holds 1 task of 1 task, needs 1 task')
  })
  const desk = await at(other, ['run', '--tenant', 'desk', '--label', 'site=wide', '--', 'echo', 'has room'])
  expect(desk.out).toBe('has room\n')
  expect(await at(other, ['cancel', first])).toMatchObject({ code: 0 })
  expect(await at(other, ['wait', second])).toMatchObject({ code: 0 })
})

test('cost tells from any peer what was spent on whom, alike by class, tenant, peer and task', async () => {
  const run = (tenant: string, words: string[]) =>
    at(other, ['run', '--tenant', tenant, '--class', `priced-${tenant}`, '--cpu', '1', ...narrow, '--', ...words])
  expect(await run('lab', ['sleep', '1.1'])).toMatchObject({ code: 0 })
  expect(await run('desk', ['sh', '-c', 'sleep 0.5; exit 3'])).toMatchObject({ code: 3 })
  const seen = await Promise.all([host, other].map((peer) => json<Cost>(peer, ['cost', '--since', '10m'])))
  for (const { total, missing, byClass, byTenant, byPeer, byTask, compared } of seen) {
    expect(missing).toEqual([])
    const own = new Map(byClass.groups.map((group) => [group.name, group]))
    // A second of a core at 1 an hour and more (runs are counted in whole milliseconds), and half of one that came to nothing.
    expect(own.get('priced-lab')!.cost).toBeGreaterThanOrEqual(1 / 3600)
    expect(own.get('priced-lab')!.failed).toBe(0)
    expect(own.get('priced-lab')!.unused).toBeGreaterThan(0)
    expect(own.get('priced-desk')!.failed).toBeGreaterThan(0.5 / 3600)
    for (const { groups, others } of [byClass, byTenant, byPeer, byTask]) {
      expect(groups.reduce((sum, { cost }) => sum + cost, others.cost)).toBeCloseTo(total.cost, 9)
    }
    expect(byPeer.groups.map(({ name }) => name)).toContain(host.peer)
    expect(compared.reactive.cost).toBeGreaterThan(compared.ran)
    expect(compared.fixed.workers).toBeGreaterThan(0)
  }
  const shown = (await at(other, ['cost', '--since', '10m', '--by', 'peer'])).out
  expect(shown).toContain('by peer')
  expect(shown).toContain('host')
  expect((await at(other, ['cost', '--since', '40d'])).err).toContain('within the last 30 days')
})

test('what cannot be meant is refused with what would be', async () => {
  expect(await at(other, ['history', '--since', 'yesterday'])).toMatchObject({
    code: 64,
    err: expect.stringContaining("--since: 'yesterday' is no time; write how long ago (30m, 2h, 1d)"),
  })
  expect((await at(other, ['history', '--outcome', 'fine'])).err).toContain("'fine' is no outcome; known are succeeded")
  expect((await at(other, ['analyze', '--peer', 'nobody'])).err).toContain("no peer 'nobody' is known; known are other")
})

test('top shows the mesh without a terminal, too: once as text, or a line of JSON at a time', async () => {
  const { out, code } = await at(other, ['top', '--once'])
  expect(code).toBe(0)
  expect(out).toMatch(/^souk .* · 3 peers · /)
  expect(out).toMatch(/\npeers\npeer .*\n(.*\n)*wide +alive/)
  expect(out).toContain('\ntasks\ntask ')
  const data = await json<TopData>(host, ['top', '--once'])
  expect(data.peers.map(({ name }) => name).sort()).toEqual(['host', 'other', 'wide'])
  expect(await at(host, ['top', '--every', 'soon'])).toMatchObject({ code: 64 })
})

test('measurements are there for Prometheus, for who has a token', async () => {
  const page = (authorization?: string) =>
    fetch(`${host.api}/metrics`, authorization === undefined ? {} : { headers: { authorization } })
  expect((await page()).status).toBe(401)
  const answer = await page(`Bearer ${tokenOf(host)}`)
  expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=/)
  const text = await answer.text()
  expect(text).toMatch(/^souk_info\{peer="12D3KooW\w+",name="host",/m)
  expect(text).toMatch(/^souk_members\{state="alive"\} [23]$/m)
  expect(text).toMatch(/^souk_offered_slots 1$/m)
  expect(text).toMatch(/^souk_frames_total\{direction="in"\} [1-9]/m)
})

test('the trace of the mesh is told from any peer, by filters, and followed as it goes on', async () => {
  const follow = begin(['trace', '-f', '--json', '--limit', '1', '--kind', 'task', '--data', other.data])
  // What came before is told with the first look, one event of it: from there on nothing is missed.
  await follow.says('"type":"task.')
  const ran = (await at(other, ['submit', ...narrow, '--', 'true'])).out.trim()
  await at(other, ['wait', ran])
  await follow.says(`"type":"task.closed","task":"${ran}"`)
  follow.child.kill('SIGINT')
  const { code, out } = await follow.ended
  expect(code).toBe(0)
  const events = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Trace['events'][number])
  const steps = events.filter(({ task }) => task === ran).map(({ by, type }) => `${by} ${type}`)
  expect(steps).toEqual(expect.arrayContaining([`${other.peer} task.submitted`, `${host.peer} task.started`]))
  expect(new Set(steps).size).toBe(steps.length)
  const told = await at(other, ['trace', '--task', ran.slice(0, 8), '--peer', 'host', '--since', '5m'])
  expect(told.out).toMatch(/^time +peer +what +task\n/)
  expect(told.out).toMatch(new RegExp(`host +task\\.started +${ran.slice(0, 8)} .*attempt 1`))
  expect(await at(other, ['trace', '--kind', 'tusk'])).toMatchObject({
    code: 64,
    err: expect.stringContaining("'tusk' is no kind of event"),
  })
  expect((await at(other, ['trace', '-f', '--until', '1m'])).code).toBe(64)
})
