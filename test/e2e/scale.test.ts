import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Outcome, ScaleEntry, Task } from '@souk/client'
import { afterAll, expect, test } from 'vitest'
import { souk, TestMesh, type TestPeer, until } from './harness.ts'

/** Three meshes at the same time: most of it is waiting. */
const [waves, heirs, thin] = [new TestMesh(), new TestMesh(), new TestMesh()]
afterAll(async () => {
  await Promise.all([waves, heirs, thin].map((mesh) => mesh.close()))
})

/** Time is compressed: what takes minutes elsewhere takes seconds here. */
const pace = 'look=100ms,start=3s,cool-down=1s,judge=3s,per-hour=50'
/** What members tell of their classes fades in tens of their spans: of the waves of a minute only their sum is followed. */
const sumOnly = ['--demand-span', '1h']
const named = <T>(count: number, toTask: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => toTask(i))
/** What ran, where tasks write their names: each line once it was there. */
const ran = (mesh: TestMesh): string[] => readFileSync(logOf(mesh), 'utf8').trim().split('\n').toSorted()
const logOf = (mesh: TestMesh): string => join(mesh.root, 'ran')
const work = (mesh: TestMesh, name: string, seconds: number): Task => ({
  argv: ['sh', '-c', `sleep ${seconds}; echo ${name} >> ${logOf(mesh)}`],
})
/** By their folders: a peer that a busy machine keeps from answering is taken for gone, and comes back. */
const started = ({ data }: TestPeer): number =>
  existsSync(join(data, 'scaled')) ? readdirSync(join(data, 'scaled')).length : 0
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** When each of so many tasks comes that are spread over so long as the demand of a day is: none at night, most at noon. */
function dayOf(count: number, ms: number): number[] {
  const shareBy = (at: number): number => at - Math.sin(2 * Math.PI * at) / (2 * Math.PI)
  return named(count, (i) => {
    let at = 0
    while (shareBy(at) < (i + 0.5) / count) at += 0.002
    return at * ms
  })
}

test.concurrent('peers are started for a step and for the wave of a day, end after it, and nothing is lost', async () => {
  const first = await waves.add('first', [
    '--offer',
    'cpu=2,slots=2',
    '--scale',
    `local:max=2,slots=2,scale-in=2s,${pace}`,
    ...sumOnly,
  ])
  const client = await waves.client(first)
  const entries = async (kind: ScaleEntry['kind']): Promise<ScaleEntry[]> => {
    const { here } = await client.scalePlan()
    return here!.log.filter((entry) => entry.kind === kind)
  }
  const alive = async (): Promise<number> => (await client.peers()).filter(({ state }) => state === 'alive').length
  const alone = async (): Promise<void> => {
    for (const left of [1, 0]) await until(`${left} started peers are left at most`, () => started(first) <= left, 90)
    await until('they are seen to be gone', async () => (await alive()) === 1)
  }
  /** What came in this time has succeeded, some of it on peers that were started for it; they end when it is over. */
  const served = async (tasks: readonly { outcome: Promise<Outcome> }[], before: number): Promise<void> => {
    const outcomes = await Promise.all(tasks.map(({ outcome }) => outcome))
    expect(outcomes.map(({ kind }) => kind)).toEqual(named(tasks.length, () => 'succeeded'))
    expect(new Set(outcomes.map(({ host }) => host)).size).toBeGreaterThan(1)
    expect((await entries('grow')).length).toBeGreaterThan(before)
    await alone()
  }

  const step = client.submitAll(named(12, (i) => work(waves, `step-${i}`, 2.5)))
  await until('two more peers are there', async () => (await alive()) === 3)
  await served(step, 1)

  const before = (await entries('grow')).length
  const began = performance.now()
  const day = []
  for (const [i, at] of dayOf(18, 8_000).entries()) {
    await pause(Math.max(0, at - (performance.now() - began)))
    day.push(client.submit(work(waves, `day-${i}`, 2.5)))
  }
  // The night is as long as it takes.
  await served(day, before)
  expect(ran(waves)).toEqual([...named(12, (i) => `step-${i}`), ...named(18, (i) => `day-${i}`)].toSorted())

  await until('each action is judged', async () => {
    return [...(await entries('grow')), ...(await entries('shrink'))].every(({ judgement }) => judgement !== undefined)
  })
  const [grown, shrunk] = [await entries('grow'), await entries('shrink')]
  expect(grown.filter(({ judgement }) => judgement === 'failed')).toEqual([])
  expect(shrunk.filter(({ judgement }) => judgement === 'failed')).toEqual([])
  // One that a busy machine kept from answering has gone without being told to.
  expect(shrunk.length).toBeGreaterThan(0)
  expect(shrunk.length).toBeLessThanOrEqual(grown.length)
  expect(started(first)).toBe(0)
  const { out } = await souk(['scale', 'log', '--data', first.data])
  expect(out).toMatch(/grow .* needed of \d+ slots/)
}, 400_000)

test.concurrent('under a ramp the peer that starts others is killed, and the next one does it, within the same bounds', async () => {
  const seat = await heirs.add('seat', ['--offer', 'cpu=0,slots=0'])
  // Who starts others has to be able to invite them.
  const admin = () => heirs.invite(seat, ['--role', 'admin'])
  const options = ['--offer', 'cpu=1,slots=1', '--scale', `local:max=2,slots=1,scale-in=3s,${pace}`, ...sumOnly]
  for (const name of ['one', 'two']) await heirs.start(name, ['join', '-'], options, { input: await admin() })
  await heirs.met()
  const client = await heirs.client(seat)
  const actor = async (): Promise<string | undefined> =>
    (await client.scalePlan()).scalers.find(({ acts }) => acts)?.peer
  await until('both can start others', async () => (await client.scalePlan()).scalers.length === 2)
  const acts = await actor()
  const first = heirs.peers.find(({ peer }) => peer === acts)!
  const next = heirs.peers.find((peer) => peer !== first && peer !== seat)!
  let most = 0
  const watch = setInterval(() => {
    most = Math.max(most, started(next))
  }, 100)

  const names = named(10, (i) => `task-${i}`)
  const tasks: ReturnType<typeof client.submit>[] = []
  const ramp = (async () => {
    for (const [i, name] of names.entries()) {
      tasks.push(client.submit(work(heirs, name, 4)))
      await pause(800 - 80 * i)
    }
  })()
  await until('the first one has started a peer', () => started(first) > 0)
  expect(started(next)).toBe(0)
  process.kill(first.pid, 'SIGKILL')
  await ramp
  await until('the next one acts', async () => (await actor()) === next.peer, 60)
  await until('it has started a peer', () => started(next) > 0, 60)
  for (const { kind } of await Promise.all(tasks.map(({ outcome }) => outcome))) expect(kind).toBe('succeeded')
  expect([...new Set(ran(heirs))]).toEqual(names.toSorted())

  await until('what it has started is gone again', () => started(next) === 0, 90)
  clearInterval(watch)
  expect(most).toBeGreaterThan(0)
  expect(most).toBeLessThanOrEqual(2)
  const { here } = await (await heirs.client(next)).scalePlan()
  const grown = here!.log.filter(({ kind }) => kind === 'grow')
  expect(new Set(grown.map(({ intent }) => intent)).size).toBe(grown.length)
  expect(here!.grown).toBe(0)
}, 300_000)

test.concurrent('by what each of several peers tells of thin demand the mesh grows while nothing runs or waits', async () => {
  const building = performance.now()
  const small = ['--offer', 'cpu=1,slots=1', '--demand-span', '2s']
  const first = await thin.add('first', small)
  const others = [await thin.add('second', small), await thin.add('third', small)]
  const roomy = await thin.add('roomy', ['--offer', 'cpu=8,slots=8'])
  await thin.met()
  const buildMs = performance.now() - building
  const clients = await Promise.all([first, ...others].map((peer) => thin.client(peer)))
  const name = 'process/sleep'
  const foretold = async (): Promise<boolean> => {
    const told = await Promise.all(clients.map((client) => client.forecast()))
    const arrivals = told.map(({ classes }) => classes.find((each) => each.class === name)?.quantities)
    return arrivals.every((each) => each?.some(({ quantity, ahead }) => quantity === 'arrivals' && ahead.length > 0))
  }
  // Each of the three has one task of five seconds every two: two or three at once, and more than six of all together.
  const line = await thin.invite(first, ['--role', 'admin'])
  const tasks = []
  const learning = performance.now()
  // What was seen for longer than peers take to start here is still expected once the next one has.
  while (!(await foretold()) || performance.now() - learning < 12_000 + 2 * buildMs) {
    for (const client of clients) tasks.push(client.submit({ argv: ['sleep', '5'] }))
    await pause(2_000)
  }
  for (const { kind } of await Promise.all(tasks.map(({ outcome }) => outcome))) expect(kind).toBe('succeeded')

  // Three slots are left, nothing runs, and who can start others has seen none of it: it only hears what peers expect. It
  // decides when it is told to, which is once it has heard all three.
  const scale = `local:max=2,slots=1,scale-in=1h,manual,${pace.replace('start=3s', 'start=20s')}`
  const options = ['--offer', 'cpu=0,slots=0', '--scale', scale]
  const [seat, down] = await Promise.all([
    thin.start('seat', ['join', '-'], options, { input: line }),
    souk(['down', '--data', roomy.data]),
  ])
  expect(down.code).toBe(0)
  const scaler = await thin.client(seat)
  const slots = 3
  const heard = 'it hears of more than there are slots for, of which each of three peers expects less'
  await until(
    heard,
    async () => {
      const plan = (await scaler.scalePlan()).here!
      const [told] = plan.classes
      if (plan.slots !== slots || told?.peers !== 3 || told.present > 0) return false
      return told.soon > slots && told.soon / told.peers < slots
    },
    60,
  )
  const here = (await scaler.scale()).here!
  expect(here.classes).toMatchObject([{ class: name, peers: 3, present: 0 }])
  // Nothing but what they tell is what it goes by, and as many are started as their sum is short of, two at most.
  expect([here.soon, here.later]).toEqual([here.classes[0]!.soon, here.classes[0]!.later])
  expect(here.log.map(({ kind, why }) => [kind, why])).toEqual(
    named(Math.min(2, Math.ceil(here.classes[0]!.soon - slots)), () => [
      'grow',
      expect.stringMatching(/^short: 0 needed of 3 slots, /),
    ]),
  )
  await until('it is of use', async () => (await scaler.scalePlan()).here!.slots > slots, 90)
  const wanted = [...clients, clients[0]!]
  const outcomes = await Promise.all(wanted.map((client) => client.submit({ argv: ['sleep', '2'] }).outcome))
  expect(outcomes.map(({ kind }) => kind)).toEqual(named(4, () => 'succeeded'))
  await until('what was done is judged', async () => {
    const { here: plan } = await scaler.scalePlan()
    return plan!.log.every(({ judgement }) => judgement !== undefined)
  })
  const judged = (await scaler.scalePlan()).here!.log.map(({ judgement }) => judgement)
  // How soon they stand is a matter of the machine: they may come after the tasks that they were to be ready for.
  expect(judged).not.toContain('failed')
}, 400_000)
