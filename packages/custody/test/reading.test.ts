import type { MessageOf, TaskState } from '@souk/wire'
import { describe, expect, test } from 'vitest'
import type { CustodianEffect } from '../src/index.ts'
import { ballot, decision, idOf, record, sent, told, trio, vote, wallMs } from './fixtures.ts'
import { alone, Keeper } from './keeper.ts'

const list = (keeper: Keeper, over: Partial<MessageOf<'list'>> = {}) => {
  const query = { t: 'list' as const, ask: 1, limit: 10, prefix: '', states: [] as TaskState[], without: [], ...over }
  return sent(keeper.message('reader', query), 'listed')[0]!.message
}
const watch = (keeper: Keeper, name: string, from = 'reader', ask = 1) =>
  sent(keeper.message(from, { t: 'query', ask, task: idOf(name), watch: true }), 'view')
const seen = (effects: CustodianEffect[]) => sent(effects, 'view').map(({ to, message }) => [to, message.view?.state])

/** The origin keeps its tasks by itself: what it decides is known at once. */
function keeping(...names: string[]): Keeper {
  const keeper = alone()
  for (const name of names) keeper.keep(name, {}, ['origin'])
  return keeper
}

describe('a watcher', () => {
  test('is told of every change until the end', () => {
    const keeper = new Keeper()
    keeper.keep('a')
    expect(watch(keeper, 'a')).toMatchObject([{ message: { view: { state: 'waiting' } } }])
    expect(seen(keeper.renew('worker', 'a', { state: 'queued' }))).toEqual([['reader', 'queued']])
    expect(seen(keeper.renew('worker', 'a', { base: 0 }))).toEqual([['reader', 'running']])
    expect(seen(keeper.renew('worker', 'a', { seq: 2 }))).toEqual([])
    expect(seen(keeper.commit('worker', 'a'))).toEqual([['reader', 'ending']])
    keeper.write()
    expect(seen(keeper.message('worker', { t: 'chosen', ...vote('a') }))).toEqual([['reader', 'closed']])
  })

  test('that asks again under the same number is told once', () => {
    const keeper = keeping('a')
    watch(keeper, 'a')
    watch(keeper, 'a')
    watch(keeper, 'a', 'reader', 2)
    expect(seen(keeper.decided('a', 'worker'))).toHaveLength(2)
  })

  test('is forgotten after a minute unless it asks again', () => {
    const keeper = keeping('a')
    watch(keeper, 'a')
    expect(seen(keeper.at(59_999).decided('a', 'origin'))).toHaveLength(1)
    expect(seen(keeper.at(60_000).decided('a', 'origin'))).toEqual([])
  })

  test('over the limit gets its answer and no more', () => {
    const keeper = alone({ watchersMax: 1 })
    keeper.keep('a', {}, ['origin'])
    watch(keeper, 'a', 'one')
    expect(watch(keeper, 'a', 'two')).toHaveLength(1)
    expect(seen(keeper.decided('a', 'worker')).map(([to]) => to)).toEqual(['one'])
  })

  test('of an unknown task hears that it is unknown', () => {
    expect(watch(new Keeper(), 'a')[0]!.message).not.toHaveProperty('view')
  })

  test('of a task that others keep from now on hears by whom', () => {
    const keeper = new Keeper()
    keeper.keep('a')
    watch(keeper, 'a')
    const { version } = record('a', {}, ['c2', 'c3', 'c4'], 2)
    const effects = keeper.message('c2', { t: 'moved', task: idOf('a'), version, custodians: ['c2', 'c3', 'c4'] })
    expect(told(effects, 'moved')).toEqual(['reader'])
  })
})

describe('a view', () => {
  test('names what is in the environment, and keeps the values for the run', () => {
    const keeper = new Keeper()
    const env = { API_KEY: 'secret' }
    keeper.keep('a', { work: { kind: 'process', argv: ['true'], env } })
    expect(keeper.custodian.find(idOf('a'))?.record.spec.work).toMatchObject({ env })
    expect(keeper.view('a')?.record.spec.work).toMatchObject({ argv: ['true'], env: { API_KEY: '' } })
  })

  test('has how the place was chosen', () => {
    const keeper = keeping('a')
    keeper.decided('a', 'worker')
    expect(keeper.view('a')).toMatchObject({ state: 'offered', bearer: 'worker', decision: decision() })
  })
})

describe('a listing', () => {
  test('has the newest first, a page of them, and how many there are', () => {
    const keeper = alone()
    for (const [i, name] of ['a', 'b', 'c'].entries()) {
      const kept = { ...record(name, {}, ['origin']), submittedWallMs: wallMs + i }
      keeper.store(name, { record: kept })
      keeper.write()
    }
    const { tasks, total } = list(keeper, { limit: 2 })
    expect(tasks.map(({ id }) => id)).toEqual([idOf('c'), idOf('b')])
    expect(total).toBe(3)
  })

  test('tells of a task at the first of its custodians that can be asked, so that each is counted once', () => {
    for (const without of [[], ['c1'], ['c1', 'c2'], ['c3']]) {
      const telling = trio.filter((self) => {
        const keeper = new Keeper({}, { self })
        keeper.keep('a')
        return list(keeper, { without }).total === 1
      })
      expect(telling).toEqual([trio.find((peer) => !without.includes(peer))])
    }
  })

  test('is refused to a peer that asks for more than this one can look through, and to no other', () => {
    const keeper = alone({ listedPerSecondMax: 3 })
    for (const name of ['a', 'b']) keeper.keep(name, {}, ['origin'])
    const query = { t: 'list', ask: 1, limit: 10, prefix: '' } as const
    const asked = (peer: string) => sent(keeper.message(peer, { ...query, states: [], without: [] }), 'listed').length
    expect([asked('greedy'), asked('greedy'), asked('greedy')]).toEqual([1, 0, 0])
    expect(asked('other')).toBe(1)
    keeper.at(1_000)
    expect(asked('greedy')).toBe(1)
  })

  test('is filtered by state and by the beginning of the id', () => {
    const keeper = keeping('a1', 'a2', 'b1')
    keeper.close('a2')
    expect(list(keeper, { states: ['closed'] }).tasks).toMatchObject([
      {
        id: idOf('a2'),
        state: 'closed',
        kind: 'succeeded',
        code: 'ok',
        host: 'worker',
        attempts: 1,
        usage: { cpuMs: 1 },
      },
    ])
    expect(list(keeper, { prefix: 'a', states: ['waiting', 'queued'] }).tasks).toMatchObject([{ id: idOf('a1') }])
    expect(list(keeper, { prefix: 'zz' })).toMatchObject({ tasks: [], total: 0 })
  })

  test('has nothing of tasks that others keep now', () => {
    const keeper = keeping('a')
    const { version } = record('a', {}, ['c2'], 2)
    keeper.message('c2', { t: 'moved', task: idOf('a'), version, custodians: ['c2'] })
    expect(list(keeper).total).toBe(0)
    expect(keeper.custodian.snapshot()).toMatchObject({ tasks: {}, open: 0, kept: 1 })
  })
})

describe('a snapshot', () => {
  test('counts a task at the first of its custodians, by what became of it', () => {
    const counts = trio.map((self) => {
      const keeper = new Keeper({}, { self })
      keeper.keep('a')
      keeper.keep('b')
      keeper.close('b')
      return keeper.custodian.snapshot()
    })
    expect(counts.map(({ tasks }) => tasks)).toEqual([{ waiting: 1, succeeded: 1 }, {}, {}])
    expect(counts[2]).toMatchObject({ open: 1, kept: 2, undertaken: 0, storeOk: true })
  })
})

describe('the timeline', () => {
  test('tells the life of a task', () => {
    const keeper = keeping('a')
    keeper.decided('a', 'worker')
    keeper.renew('worker', 'a')
    keeper.close('a', ballot())
    const events = keeper.view('a')!.timeline.map(({ event }) => event)
    expect(events).toEqual(['accepted', 'awarded', 'running', 'ended'])
  })

  test('tells a bearer that vanished from one that gave the task up', () => {
    const [vanished, left] = [new Keeper(), new Keeper()]
    for (const keeper of [vanished, left]) {
      keeper.keep('a')
      keeper.renew('worker', 'a')
    }
    left.message('worker', { t: 'giveUp', ...vote('a'), ran: false, code: 'draining', message: 'its host drains' })
    const [one, other] = [vanished, left].map((keeper) => {
      keeper.pass(10_000)
      return keeper.view('a')!.timeline.map(({ event }) => event)
    })
    expect(one).toEqual(['accepted', 'running', 'lease ended'])
    expect(other).toEqual(['accepted', 'running', 'given up'])
  })

  test('is bounded: the middle goes, the beginning stays', () => {
    const keeper = alone({ timelineMax: 4 })
    keeper.keep('a', {}, ['origin'])
    for (let i = 0; i < 20; i++) keeper.decided('a', 'origin')
    keeper.decided('a', 'w19')
    const { timeline } = keeper.view('a')!
    expect(timeline.map(({ event }) => event)).toEqual(['accepted', 'kept', 'kept', 'awarded'])
    expect(timeline.at(-1)?.detail).toBe('w19')
  })
})
