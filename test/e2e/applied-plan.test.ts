import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Balance, Task } from '@souk/client'
import { afterAll, expect, test } from 'vitest'
import { souk, TestMesh, until } from './harness.ts'

const mesh = new TestMesh()
afterAll(() => mesh.close())

const slots = 4
const log = join(mesh.root, 'ran')
const gate = (round: number): string => join(mesh.root, `open-${round}`)

/** Says that it ran, once its gate is open. Its client takes it for one that is over in no time: nobody is asked about it. */
const held = (round: number, name: string): Task => ({
  argv: ['sh', '-c', `while [ ! -e ${gate(round)} ]; do sleep 0.1; done; echo ${name} >> ${log}`],
  expectedMs: 1,
})

test('a plan that somebody carries out moves what is queued at a full host, and shows what was predicted beside what came of it', async () => {
  const none = ['--offer', 'cpu=0,slots=0']
  const first = await mesh.add('first', none)
  const second = await mesh.add('second', none)
  const offer = ['--offer', `cpu=${slots},slots=${slots}`]
  // It keeps its queue to itself, whoever has room.
  const full = await mesh.add('full', [...offer, '--no-rebalance', '--no-custody'])
  const roomy = await mesh.add('roomy', offer)
  await mesh.met()
  const [client, other] = [await mesh.client(first), await mesh.client(second)]
  const balance = async (): Promise<Balance> => {
    return JSON.parse((await souk(['balance', '--data', first.data, '--json'])).out)
  }
  expect((await souk(['drain', '--data', roomy.data, '--wait'])).code).toBe(0)

  // Two that have just heard of four free slots give four tasks away each, at a moment at which nobody can tell them of the others'.
  let ids: string[] = []
  let round = 0
  await until('some are queued behind those that run', async () => {
    writeFileSync(gate(round++), '')
    await Promise.all(ids.map((id) => client.wait(id)))
    await Promise.all([client, other].map((each) => each.tasks()))
    process.kill(full.pid, 'SIGSTOP')
    const handles = [client, other].flatMap((each, i) => {
      return each.submitAll(Array.from({ length: slots }, (_, n) => held(round, `${round}-${i}-${n}`)))
    })
    ids = await Promise.all(handles.map(({ id }) => id))
    process.kill(full.pid, 'SIGCONT')
    let states: string[] = []
    await until('every slot is taken', async () => {
      states = (await Promise.all(ids.map((id) => client.task(id)))).map(({ state }) => state)
      return states.filter((state) => state === 'running').length === slots && !states.includes('offered')
    })
    return states.includes('queued')
  })
  expect((await souk(['undrain', '--data', roomy.data])).code).toBe(0)

  // What runs longer than its like is taken to be half done: from then on the others would wait ever longer.
  let before = Infinity
  await until('moving them gains ever more', async () => {
    const { moves, moved } = (await balance()).plan
    const isMore = moves.some(({ bound }) => bound) && moved.before.meanMs > before
    before = moved.before.meanMs
    return isMore
  })
  const planned = (await souk(['balance', '--data', first.data])).out
  expect(planned).toMatch(/plan: \d+ tasks? to move; souk balance --apply does it/)
  const applied = await souk(['balance', '--data', first.data, '--apply'])
  expect(applied).toMatchObject({ code: 0 })
  expect(applied.out).toMatch(/^carried out: [1-4] tasks? handed over\n/)
  expect(applied.out).toMatch(/full +roomy +idle-beside-queue/)
  expect(applied.out).toMatch(/if nothing had moved +mean [^-\n]+\n +predicted +mean [^-\n]+\n +real +mean /)

  const { applied: seen } = await balance()
  const handed = seen!.moves.reduce((sum, move) => sum + move.handed, 0)
  expect(seen!.moves).toMatchObject([{ from: full.peer, to: roomy.peer, code: 'idle-beside-queue', left: [] }])
  expect(seen!.real).toMatchObject({ started: handed, waiting: 0 })
  expect(seen!.predicted.after.meanMs).toBeLessThan(seen!.predicted.before.meanMs)
  const moved = await Promise.all(ids.map((id) => client.task(id)))
  const there = moved.filter(({ bearer, state }) => bearer === roomy.peer && state === 'running')
  expect(there.length).toBeGreaterThanOrEqual(handed)
  const explained = await Promise.all(there.map(({ id }) => souk(['explain', '--data', first.data, id])))
  expect(explained.filter(({ out }) => out.includes('idle-beside-queue')).length).toBe(handed)

  writeFileSync(gate(round), '')
  const outcomes = await Promise.all(ids.map((id) => client.wait(id)))
  expect(outcomes.map(({ kind, attempts }) => [kind, attempts.length])).toEqual(ids.map(() => ['succeeded', 0]))
  const ran = readFileSync(log, 'utf8')
    .split('\n')
    .filter((name) => name.startsWith(`${round}-`))
  expect(new Set(ran).size).toBe(ids.length)
  expect(ran).toHaveLength(ids.length)
})
