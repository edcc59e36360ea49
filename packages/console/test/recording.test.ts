import { SoukError, type TaskLine, type Trace, type TraceQuery, type Who } from '@souk/client'
import { joined, type MeshMoment, readMeshWindow, recordedClient, recordingOf, type TraceEvent } from '@souk/console'
import { readRecording } from '@souk/wire'
import { expect, test } from 'vitest'

const who: Who = { self: 'P1', name: 'oak', mesh: 'lab', version: '0', role: 'admin' }
const task = (id: string, kind?: string) =>
  ({ id, submittedAt: '2026-11-29T10:00:00Z', ...(kind && { kind }) }) as TaskLine
const moments = [
  { wallMs: 1, peers: [{ id: 'P1', name: 'oak' }], tasks: [task('abc1')] },
  { wallMs: 2, peers: [{ id: 'P1', name: 'oak' }], tasks: [task('abc1', 'failed'), task('abd2', 'succeeded')] },
] as unknown as MeshMoment[]
const own: TraceEvent[] = [
  { type: 'task.submitted', wallMs: 10, task: 'abc1' },
  { type: 'link.up', wallMs: 30, peer: 'P2' },
]
const mesh: TraceEvent[] = [
  { type: 'task.submitted', wallMs: 10, task: 'abc1', by: 'P1', seq: 4 },
  { type: 'task.started', wallMs: 20, task: 'abc1', by: 'P2', seq: 1 },
]

const never = () => Promise.reject(new Error('nothing is weighed here'))

/** As it comes out of the file that a console writes. */
function exported() {
  const events = joined(own, mesh, who.self)
  const read = readRecording(JSON.stringify(recordingOf(who, { events, moments }, 1_000), null, 1))
  if (!read.ok) throw new Error(read.message)
  return read.value
}

test('what a console exports is what is read: its own events and those of the others, each once', () => {
  const { events, from, at } = exported()
  expect(events.map(({ type, by }) => [type, by])).toEqual([
    ['task.submitted', undefined],
    ['task.started', 'P2'],
    ['link.up', undefined],
  ])
  expect({ from, at }).toEqual({ from: who, at: '1970-01-01T00:00:01.000Z' })
})

test('a replay answers out of the recording, and refuses to do anything', async () => {
  const client = recordedClient(exported() as never, never)
  const trace = await client.trace({ kinds: ['task'], task: 'abc' })
  expect(trace.events.map(({ by, type }) => `${by} ${type}`)).toEqual(['P1 task.submitted', 'P2 task.started'])
  const times = async (query: TraceQuery) => (await client.trace(query)).events.map(({ wallMs }) => wallMs)
  expect(await times({ since: new Date(20) })).toEqual([20, 30])
  expect(await times({ until: new Date(20) })).toEqual([10, 20])
  expect(await times({ peer: 'P2' })).toEqual([20, 30])
  expect(await times({ peer: 'oak' })).toEqual([10, 30])
  expect((await client.tasks()).tasks.map(({ id }) => id)).toEqual(['abc1', 'abd2'])
  expect(await client.tasks({ states: ['failed'], limit: 1 })).toMatchObject({ tasks: [{ id: 'abc1' }], total: 1 })
  expect((await client.tasks({ prefix: 'abd' })).total).toBe(1)
  expect((await client.history({ outcomes: ['failed'] })).tasks.map(({ id }) => id)).toEqual(['abc1'])
  for (const refused of [client.cancel('abc1'), client.task('abc1'), client.balance()])
    await expect(refused).rejects.toMatchObject({
      code: 'replayed',
      message: expect.stringContaining('this is a replay'),
    })
})

test('what is exported of the mesh is read back page by page, and what is not in it is told', async () => {
  // several events share a millisecond
  const kept = (countMax: number) =>
    Array.from({ length: countMax }, (_, seq) => ({ type: 'x', by: 'P1', seq, wallMs: Math.floor(seq / 3) }))
  const told = (all: ReturnType<typeof kept>) => async (query: TraceQuery) => {
    const fitting = all.filter(({ wallMs }) => wallMs <= (query.until?.getTime() ?? Infinity))
    return { events: fitting.slice(-query.limit!), total: fitting.length, peers: [], missing: ['P9'] } satisfies Trace
  }
  const few = kept(3_000)
  expect(await readMeshWindow(told(few), {})).toEqual({ events: few, missing: ['P9'], cut: 0 })
  const many = await readMeshWindow(told(kept(20_000)), {})
  expect(many.events.length + many.cut).toBe(20_000)
  expect([many.cut > 10_000, many.events.at(-1)!.seq]).toEqual([true, 19_999])
  let asks = 0
  const breaking = (query: TraceQuery) =>
    ++asks > 1 ? Promise.reject(new SoukError('traces-full', 'too many')) : told(few)(query)
  expect(await readMeshWindow(breaking, {})).toMatchObject({ cut: 3_000 - 1_024, error: { code: 'traces-full' } })
})
