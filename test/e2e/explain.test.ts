import type { Plan, TaskDetail } from '@souk/client'
import type { Decision } from '@souk/wire'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { begin, isAlive, souk, TestMesh, type TestPeer, until } from './harness.ts'

const mesh = new TestMesh()
let origin: TestPeer
let host: TestPeer
let other: TestPeer

/** Neither the peer that tasks are submitted to nor the larger host keeps any: both can go. */
beforeAll(async () => {
  origin = await mesh.add('origin', ['--offer', 'cpu=0,slots=0', '--no-custody'])
  host = await mesh.add('host', ['--offer', 'cpu=4,slots=4', '--no-custody', '--label', 'site=attic'])
  other = await mesh.add('other', ['--offer', 'cpu=2,slots=2'])
  for (const name of ['second', 'third']) await mesh.add(name, ['--offer', 'cpu=0,slots=0'])
  await mesh.met()
})
afterAll(() => mesh.close())

const at = (peer: TestPeer, words: string[]) => souk([words[0]!, '--data', peer.data, ...words.slice(1)])

async function detailAt(peer: TestPeer, id: string): Promise<TaskDetail & { decision: Decision }> {
  return JSON.parse((await at(peer, ['explain', id, '--json'])).out) as TaskDetail & { decision: Decision }
}

test('a waiting task says in groups why, and what would help, at any peer', async () => {
  const { out } = await at(origin, ['submit', '--cpu', '64', '--', 'true'])
  const id = out.trim()
  await until('it waits', async () => (await detailAt(other, id)).decision?.how === 'unplaceable')
  const { out: text } = await at(other, ['explain', id])
  expect(text).toMatch(/\d of 5: at most 4 cpu < 64 cpu, never/)
  expect(text).toContain('ask for 4 cpu or less (--cpu): fits on 1 host (host)')
  expect((await detailAt(other, id)).wouldHelp).toMatchObject([
    { code: 'ask-less', what: 'cpuMilli', atMost: 4000, peers: [host.peer] },
    { code: 'add-host' },
  ])
  const { out: labelled } = await at(origin, ['submit', '--label', 'site=cellar', '--cpu', '2', '--', 'true'])
  await until('it waits', async () => (await detailAt(other, labelled.trim())).decision?.how === 'unplaceable')
  const { out: said } = await at(other, ['explain', labelled.trim()])
  expect(said).toMatch(/\d of 5: without the label site=cellar, never/)
  expect(said).toContain('drop --label site=cellar: fits on 2 hosts')
  expect((await at(origin, ['cancel', id, labelled.trim()])).code).toBe(0)
})

test('what waits says why once on standard error also where nobody looks on, and nothing with --quiet', async () => {
  const words = ['--data', origin.data, '--label', 'site=cellar', '--', 'true']
  const run = begin(['run', '--key', 'cellar', ...words])
  const quiet = begin(['run', '--key', 'quiet', '--quiet', ...words])
  await run.says(' waiting: needs the label site=cellar; hosts have site=attic')
  const { tasks } = JSON.parse((await at(origin, ['tasks', '--state', 'waiting', '--json'])).out) as {
    tasks: { id: string }[]
  }
  expect((await at(origin, ['cancel', ...tasks.map(({ id }) => id)])).code).toBe(0)
  const { err, out } = await run.ended
  expect(err.split('\n').filter((line) => line.includes(' waiting: '))).toHaveLength(1)
  expect(out).toBe('')
  expect((await quiet.ended).err).not.toContain('waiting')
})

test('a task for which all are busy says when one may have room, once such tasks are known', async () => {
  const sleep = (seconds: string, cpu: string) => ['--class', 'nap', '--cpu', cpu, '--', 'sleep', seconds]
  expect((await at(origin, ['run', ...sleep('1', '1')])).code).toBe(0)
  // The larger first: in the other order the smaller could be on the only host that has room for both.
  const busy: string[] = []
  for (const cpu of ['4', '2']) {
    busy.push((await at(origin, ['submit', ...sleep('600', cpu)])).out.trim())
    await until('it runs', async () => (await detailAt(other, busy.at(-1)!)).state === 'running')
  }
  const { out } = await at(origin, ['submit', ...sleep('1', '1')])
  const id = out.trim()
  // It asks again, and again: a host that a busy machine keeps from answering in time is heard the next time.
  let text = ''
  await until('it has heard both', async () => {
    text = (await at(other, ['explain', id])).out
    return / 2 of 5: busy, ~/.test(text)
  })
  expect(text).toMatch(/3 of 5: .*, never\n {4}2 of 5: busy, ~/)
  expect(text).toMatch(/what would help\n {2}wait ~.*: it starts as soon as there is room on 2 hosts/)
  for (const one of [id, ...busy]) await at(origin, ['cancel', one])
})

test('a plan says where each objective would put tasks, and submits none of them', async () => {
  const before = (await at(other, ['tasks', '--json'])).out
  const tasks = ['4', '2', '64'].map((cpu) => ({ argv: ['true'], request: { cpu } }))
  const gang = [0, 1].map((rank) => ({ argv: ['true'], request: { cpu: 2 }, gang: { id: 'g', size: 2, rank } }))
  const input = [...tasks, ...gang].map((task) => JSON.stringify(task)).join('\n')
  let plan: Plan | undefined
  // Who has not answered after half a second is named, and is not in the plan.
  await until('both hosts have answered', async () => {
    const { code, out } = await souk(['plan', '--data', origin.data, '-', '--json'], { input })
    expect(code).toBe(0)
    plan = JSON.parse(out) as Plan
    return plan.silent.length === 0
  })
  if (plan === undefined) throw new Error('no plan')
  expect(plan.objectives.map(({ objective }) => objective)).toEqual(['balanced', 'fast', 'pack', 'spread', 'cheap'])
  for (const { placings } of plan.objectives) {
    expect(placings).toMatchObject([
      { index: 0, peer: host.peer, startMs: 0 },
      { index: 1, peer: other.peer, startMs: 0 },
      { index: 3, peer: host.peer },
      { index: 4, peer: host.peer, startMs: placings[2]?.startMs },
    ])
  }
  expect(plan).toMatchObject({ asked: 2, silent: [], unplaced: [{ index: 2, wouldHelp: [{ code: 'ask-less' }, {}] }] })
  const shown = await souk(['plan', '--data', origin.data, '-'], { input })
  expect(shown.out).toContain('cannot be placed now\n  3 true')
  expect((await at(other, ['tasks', '--json'])).out).toBe(before)
})

test('why a task went where it did is known after the peers that chose it and ran it are gone, and can be weighed again', async () => {
  let id = ''
  let tries = 0
  // An auction is over after some milliseconds, whoever has not answered. Of a class that nobody knows all bids are heard.
  await until('an auction has heard both hosts', async () => {
    const words = ['submit', '--objective', 'spread', '--class', `try-${tries++}`, '--', 'true']
    id = (await at(origin, words)).out.trim()
    expect((await at(origin, ['wait', id])).code).toBe(0)
    await until('the others know', async () => (await detailAt(other, id)).decision !== undefined)
    return (await detailAt(other, id)).decision.bids.length === 2
  })
  for (const { pid } of [origin, host]) process.kill(pid, 'SIGKILL')
  await until('both are gone', () => !isAlive(origin.pid) && !isAlive(host.pid))
  const { decision } = await detailAt(other, id)
  expect(decision).toMatchObject({ how: 'auction', objective: 'spread', by: origin.peer })
  expect(decision.bids.map(({ peer }) => peer).sort()).toEqual([host.peer, other.peer].sort())
  const { out: text } = await at(other, ['explain', id, '--weights', 'used=-1'])
  expect(text).toContain('placed by auction on ')
  expect(text).toMatch(/spread: start 1, used 1, spread 1.*; the lowest score wins/)
  expect(text).toContain('with other weights: used -1')
  expect(text).toMatch(/it would have gone to (host|other)/)
})
