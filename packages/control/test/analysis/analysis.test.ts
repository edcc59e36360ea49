import type { TaskSummary } from '@souk/wire'
import { expect, test } from 'vitest'
import { analysis } from '../../src/analysis/analysis.ts'
import type { PeerSnapshotView } from '../../src/peer-snapshot-view.ts'
import type { Listing, ListOptions, TaskFinder } from '../../src/task-finder.ts'
import { seenHost, seenTask } from './seen.ts'

const [self, other, away, observer] = ['h0', 'h1', 'h2', 'h3'].map((peer) => seenHost(peer, { cpuMilli: 4000 }))
const member = {
  state: 'alive',
  incarnation: 1,
  connected: true,
  reachable: true,
  role: 'host',
  addresses: [],
} as const
const snapshot = {
  self: self!.peer,
  name: 'oak',
  offer: self!.offer,
  members: [
    { ...member, ...other!, name: 'ash' },
    { ...member, ...away!, name: 'elm', reachable: false },
    { ...member, ...observer!, name: 'eye', role: 'observe' },
    { ...member, peer: 'h4', name: 'ash' },
  ],
} as unknown as PeerSnapshotView

const task = (n: number, more: Partial<TaskSummary> = {}) =>
  seenTask({ id: String(n).padStart(24, '0'), submittedWallMs: 9_000 - n, ...more }, { cpuMilli: 1000 })

/** Answers each page with at most two, and keeps what it was asked. */
function finderOf(tasks: TaskSummary[], missing: string[] = []) {
  const asked: ListOptions[] = []
  const list = async (options: ListOptions): Promise<Listing> => {
    asked.push(options)
    const { after } = options.filter!
    const fitting = tasks.filter(({ state }) => options.states.includes(state))
    const left = fitting.slice(after === undefined ? 0 : fitting.findIndex(({ id }) => id === after.id) + 1)
    return { tasks: left.slice(0, 2), total: left.length, missing }
  }
  return { asked, finder: { list } as unknown as TaskFinder }
}

test('an analysis reads every page of everybody, and counts what ended meanwhile once', async () => {
  const open = [1, 2, 3, 4, 5].map((n) => task(n))
  const { asked, finder } = finderOf([...open, task(5, { state: 'closed', kind: 'succeeded' })], [away!.peer])
  const found = await analysis({ window: '60000' }, finder, snapshot)
  expect(found).toMatchObject({ tasks: 5, truncated: false, missing: ['h2'], windowMs: 60_000 })
  expect(found.byClass).toMatchObject([{ waiting: 4, succeeded: 1 }])
  expect(asked.map(({ everywhere }) => everywhere)).toEqual([true, true, true, true])
  const [ended] = asked.slice(-1)
  expect(ended!.states).toEqual(['closed'])
  expect(Date.parse(found.at) - ended!.filter!.sinceWallMs!).toBe(60_000)
})

test('capacity is of those that run tasks and can be asked, or of the one peer that is named', async () => {
  const { asked, finder } = finderOf([task(1)])
  const cpus = async (query: object) => (await analysis(query, finder, snapshot)).demand[0]
  expect(await cpus({})).toMatchObject({ resource: 'cpu', waiting: 1, capacity: 8 })
  expect(await cpus({ peer: 'oak' })).toMatchObject({ capacity: 4 })
  expect(asked.at(-1)!.filter).toMatchObject({ host: 'h0' })
})

test('a name that several peers have, or a window that is too long, is refused', async () => {
  const { finder } = finderOf([])
  await expect(analysis({ peer: 'ash' }, finder, snapshot)).rejects.toMatchObject({
    body: { code: 'peer-ambiguous', message: expect.stringContaining('h1, h4') },
  })
  await expect(analysis({ window: String(31 * 86_400_000) }, finder, snapshot)).rejects.toMatchObject({
    body: { code: 'request-invalid', path: '/window' },
  })
})
