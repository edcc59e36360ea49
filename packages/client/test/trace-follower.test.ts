import { type Trace, TraceFollower, type TraceQuery } from '@souk/client'
import { expect, test } from 'vitest'

const at = (wallMs: number) => new Date(wallMs).toISOString()
const event = (by: string, seq: number, wallMs: number) => ({ type: 'link.up', by, seq, wallMs })

/** A mesh that answers so, look after look, and what it was asked. */
function mesh(...answers: Pick<Trace, 'events' | 'peers'>[]) {
  const asked: TraceQuery[] = []
  const read = async (query: TraceQuery): Promise<Trace> => {
    asked.push(query)
    return { total: 0, missing: [], ...answers[asked.length - 1]! }
  }
  return { asked, read }
}

const peer = (id: string, now: number) => ({ id, since: at(0), at: at(now) })

test('each look asks for what came since the slowest clock of the one before, and nothing comes twice', async () => {
  const { asked, read } = mesh(
    { events: [event('A', 1, 90), event('B', 7, 95)], peers: [peer('A', 100), peer('B', 96)] },
    { events: [event('B', 8, 99), event('A', 2, 101), event('A', 1, 90)], peers: [peer('A', 200)] },
    { events: [], peers: [peer('A', 300), peer('B', 290)] },
  )
  const follower = new TraceFollower(read, { kinds: ['link'] })
  const first = (await follower.look()).events
  const { events: second, fresh } = await follower.look()
  expect(fresh.map(({ by, seq }) => `${by}${seq}`)).toEqual(['B8', 'A2'])
  expect(second.map(({ by, seq }) => `${by}${seq}`)).toEqual(['A1', 'B7', 'B8', 'A2'])
  expect(second.slice(0, 2)).toEqual(first)
  expect((await follower.look()).events).toBe(second)
  expect(asked.map(({ since }) => since?.getTime())).toEqual([undefined, 96, 96])
  expect(asked[0]).toEqual({ kinds: ['link'], limit: 1_000 })
})

test('only the newest are kept, and a peer that stays away is not waited for', async () => {
  const { asked, read } = mesh(
    { events: [event('A', 1, 1), event('A', 2, 2)], peers: [peer('A', 3), peer('B', 3)] },
    { events: [event('A', 3, 50_000)], peers: [peer('A', 60_003)] },
    { events: [], peers: [peer('A', 60_004)] },
    { events: [], peers: [] },
  )
  const looks = [0, 60_000, 60_001, 60_002]
  const follower = new TraceFollower(read, {}, 2, () => looks.shift()!)
  await follower.look()
  expect((await follower.look()).events.map(({ seq }) => seq)).toEqual([2, 3])
  await follower.look()
  await follower.look()
  expect(asked.map(({ since }) => since?.getTime())).toEqual([undefined, 3, 3, 60_004])
  // When it is back it goes on where it was.
  expect(asked[3]?.sinces).toEqual({ B: new Date(3) })
})

test('each clock is asked from where it was itself, so one that is behind neither hides nor repeats anything', async () => {
  const behind = -7_200_000 + 10_000_000
  const now = 10_000_000
  const many = Array.from({ length: 3 }, (_, i) => event('A', i, now + i))
  const { asked, read } = mesh(
    { events: [event('B', 1, behind), ...many], peers: [peer('A', now + 10), peer('B', behind + 10)] },
    {
      events: [event('B', 1, behind), event('B', 2, behind + 20), ...many, event('A', 9, now + 20)],
      peers: [peer('A', now + 30)],
    },
    {
      events: [event('B', 2, behind + 20), event('B', 3, behind + 30)],
      peers: [peer('A', now + 40), peer('B', behind + 40)],
    },
  )
  const follower = new TraceFollower(read, {}, 3)
  const fresh = []
  for (let i = 0; i < 3; i++) fresh.push((await follower.look()).fresh.map(({ by, seq }) => `${by}${seq}`))
  expect(fresh).toEqual([['B1', 'A0', 'A1', 'A2'], ['B2', 'A9'], ['B3']])
  expect(asked.map(({ since, sinces }) => [since?.getTime(), sinces?.A?.getTime(), sinces?.B])).toEqual([
    [undefined, undefined, undefined],
    [behind + 10, now + 10, undefined],
    [behind + 10, now + 30, undefined],
  ])
})

test('a peer that has restarted with its clock set back goes on being told, from where it started', async () => {
  const restarted = { id: 'A', since: at(20_012), at: at(20_030) }
  const { asked, read } = mesh(
    { events: [event('A', 8, 90_000), event('B', 1, 20_000)], peers: [peer('A', 90_010), peer('B', 20_010)] },
    { events: [event('B', 2, 20_020), event('A', 2, 20_025)], peers: [restarted, peer('B', 20_030)] },
    {
      events: [event('A', 1, 20_015), event('A', 2, 20_025), event('A', 3, 20_040)],
      peers: [peer('A', 20_050), peer('B', 20_050)],
    },
    { events: [], peers: [] },
  )
  const follower = new TraceFollower(read)
  const fresh = []
  for (let i = 0; i < 4; i++) fresh.push((await follower.look()).fresh.map(({ by, seq }) => `${by}${seq}`))
  expect(fresh).toEqual([['A8', 'B1'], ['B2', 'A2'], ['A1', 'A3'], []])
  expect(asked.map(({ since }) => since?.getTime())).toEqual([undefined, 20_010, 20_012, 20_050])
})

test('of very many clocks that differ the farthest are named, as many as a request may name', async () => {
  const peers = Array.from({ length: 70 }, (_, i) => peer(`P${i}`, i * 10_000))
  const { asked, read } = mesh({ events: [], peers }, { events: [], peers: [] })
  const follower = new TraceFollower(read)
  await follower.look()
  await follower.look()
  expect(Object.keys(asked[1]!.sinces!).sort()).toEqual(Array.from({ length: 64 }, (_, i) => `P${i + 6}`).sort())
})

test('a clock that is far ahead hides nothing of the others, and neither does a long pause of the reader', async () => {
  const ahead = 7_200_000
  const { asked, read } = mesh(
    { events: [event('A', 1, ahead)], peers: [peer('A', ahead), peer('B', 100)] },
    { events: [event('B', 1, 150)], peers: [peer('A', ahead + 100), peer('B', 200)] },
    { events: [event('B', 2, 250)], peers: [peer('A', ahead + 900_000), peer('B', 900_200)] },
    { events: [], peers: [] },
  )
  const looks = [0, 100, 900_100, 900_200]
  const follower = new TraceFollower(read, {}, 10, () => looks.shift()!)
  await follower.look()
  await follower.look()
  expect((await follower.look()).events.map(({ by, seq }) => `${by}${seq}`)).toEqual(['B1', 'B2', 'A1'])
  await follower.look()
  expect(asked.map(({ since }) => since?.getTime())).toEqual([undefined, 100, 200, 900_200])
})

test('what happens faster than looks can tell is counted', async () => {
  const events = [event('A', 8, 80), event('A', 9, 90)]
  const read = async (): Promise<Trace> => ({ events, total: 9, peers: [peer('A', 100)], missing: ['C'] })
  expect(await new TraceFollower(read).look()).toMatchObject({ cut: 7, fresh: events, missing: ['C'] })
})

test('what was shown before is not missing, however far back a look goes for a peer that is away', async () => {
  const events = [event('A', 7, 70), event('A', 8, 80), event('A', 9, 96)]
  const peers = [peer('A', 95)]
  const answers = [
    { events: events.slice(0, 2), total: 2, peers: [...peers, peer('B', 10)] },
    { events, total: 40, peers },
    { events: [event('A', 30, 200), event('A', 31, 210)], total: 12, peers },
  ]
  const follower = new TraceFollower(async () => ({ missing: ['B'], ...answers.shift()! }))
  const looks = [await follower.look(), await follower.look(), await follower.look()]
  expect(looks.map(({ fresh, cut }) => [fresh.length, cut])).toEqual([
    [2, 0],
    [1, 0],
    [2, 7],
  ])
})
