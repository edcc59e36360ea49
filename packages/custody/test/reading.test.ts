import type { MessageOf, TaskState } from '@souk/wire'
import { describe, expect, test } from 'vitest'
import type { CustodianEffect } from '../src/index.ts'
import { idOf, only, sent, wallMs } from './fixtures.ts'
import { Keeper } from './keeper.ts'

const list = (keeper: Keeper, over: Partial<MessageOf<'list'>> = {}) => {
  const query = { t: 'list' as const, ask: 1, limit: 10, prefix: '', states: [] as TaskState[], ...over }
  return sent(keeper.message('reader', query), 'listed')[0]!.message
}
const watch = (keeper: Keeper, name: string, from = 'reader', ask = 1) =>
  sent(keeper.message(from, { t: 'query', ask, task: idOf(name), watch: true }), 'view')
const seen = (effects: CustodianEffect[]) => sent(effects, 'view').map(({ to, message }) => [to, message.view?.state])

describe('a watcher', () => {
  test('is told of every change until the end', () => {
    const keeper = new Keeper()
    keeper.accepted('a')
    expect(watch(keeper, 'a')).toMatchObject([{ message: { view: { state: 'waiting' } } }])
    expect(seen(keeper.decided('a', 'worker'))).toEqual([['reader', 'offered']])
    expect(seen(keeper.accept('worker', 'a'))).toEqual([['reader', 'queued']])
    expect(seen(keeper.renew('worker', 'a'))).toEqual([['reader', 'running']])
    expect(seen(keeper.renew('worker', 'a', { seq: 2 }))).toEqual([])
    keeper.commit('worker', 'a')
    expect(seen(keeper.write())).toEqual([['reader', 'closed']])
  })

  test('that asks again under the same number is told once', () => {
    const keeper = new Keeper()
    keeper.accepted('a')
    watch(keeper, 'a')
    watch(keeper, 'a')
    watch(keeper, 'a', 'reader', 2)
    expect(seen(keeper.decided('a', 'worker'))).toHaveLength(2)
  })

  test('is forgotten after a minute unless it asks again', () => {
    const keeper = new Keeper()
    keeper.accepted('a')
    watch(keeper, 'a')
    expect(seen(keeper.at(59_999).decided('a', 'worker'))).toHaveLength(1)
    expect(seen(keeper.at(60_000).decided('a', 'worker'))).toEqual([])
  })

  test('over the limit gets its answer and no more', () => {
    const keeper = new Keeper({ watchersMax: 1 })
    keeper.accepted('a')
    watch(keeper, 'a', 'one')
    expect(watch(keeper, 'a', 'two')).toHaveLength(1)
    expect(seen(keeper.decided('a', 'worker')).map(([to]) => to)).toEqual(['one'])
  })

  test('of an unknown task hears that it is unknown', () => {
    expect(watch(new Keeper(), 'a')[0]!.message).not.toHaveProperty('view')
  })
})

describe('a view', () => {
  test('names what is in the environment, and keeps the values for the run', () => {
    const keeper = new Keeper()
    const work = { kind: 'process', argv: ['true'], env: { API_KEY: 'secret' } } as const
    const [bear] = only(keeper.submit('a', { work: { ...work, argv: ['true'] } }), 'bear')
    keeper.write()
    expect(bear!.record.spec.work).toMatchObject({ env: { API_KEY: 'secret' } })
    expect(keeper.view('a')?.record.spec.work).toMatchObject({ argv: ['true'], env: { API_KEY: '' } })
  })
})

describe('a listing', () => {
  test('has the newest first, a page of them, and how many there are', () => {
    const keeper = new Keeper()
    for (const [i, name] of ['a', 'b', 'c'].entries()) keeper.at(i * 10).accepted(name)
    const { tasks, total } = list(keeper, { limit: 2 })
    expect(tasks.map(({ id }) => id)).toEqual([idOf('c'), idOf('b')])
    expect(total).toBe(3)
  })

  test('is refused to a peer that asks for more than this one can look through, and to no other', () => {
    const keeper = new Keeper({ listedPerSecondMax: 3 })
    for (const name of ['a', 'b']) keeper.accepted(name)
    const query = { t: 'list', ask: 1, limit: 10, prefix: '' } as const
    const asked = (peer: string) => sent(keeper.message(peer, { ...query, states: [] }), 'listed').length
    expect([asked('greedy'), asked('greedy'), asked('greedy')]).toEqual([1, 0, 0])
    expect(asked('other')).toBe(1)
    keeper.at(1_000)
    expect(asked('greedy')).toBe(1)
  })

  test('is filtered by state and by the beginning of the id', () => {
    const keeper = new Keeper()
    for (const name of ['a1', 'a2', 'b1']) keeper.accepted(name)
    keeper.borneBy('worker', 'a2')
    keeper.commit('worker', 'a2')
    keeper.write()
    expect(list(keeper, { states: ['closed'] }).tasks).toMatchObject([
      { id: idOf('a2'), state: 'closed', kind: 'succeeded', code: 'ok', host: 'worker' },
    ])
    expect(list(keeper, { prefix: 'a', states: ['waiting', 'queued'] }).tasks).toMatchObject([{ id: idOf('a1') }])
    expect(list(keeper, { prefix: 'zz' })).toMatchObject({ tasks: [], total: 0 })
  })
})

describe('closed tasks', () => {
  const close = (keeper: Keeper, name: string) => {
    keeper.accepted(name)
    keeper.borneBy('worker', name)
    keeper.commit('worker', name)
    keeper.write()
  }

  test('over the limit are forgotten, the oldest first, on disk too', () => {
    const keeper = new Keeper({ closedMax: 2 })
    for (const name of ['a', 'b', 'c']) close(keeper, name)
    keeper.pass(60_000)
    keeper.write()
    expect(['a', 'b', 'c'].map((name) => keeper.view(name)?.state)).toEqual([undefined, 'closed', 'closed'])
    expect([...keeper.disk.keys()]).toEqual([`task/${idOf('b')}`, `task/${idOf('c')}`])
  })

  test('are forgotten when their time is over, open ones never', () => {
    const keeper = new Keeper({ keepMs: 100_000 })
    close(keeper, 'a')
    keeper.accepted('open')
    keeper.pass(60_000)
    expect(keeper.view('a')?.state).toBe('closed')
    keeper.pass(120_000)
    keeper.write()
    expect([keeper.view('a')?.state, keeper.view('open')?.state]).toEqual([undefined, 'waiting'])
    expect(keeper.disk.size).toBe(1)
  })

  test('keep their order through a restart', () => {
    const keeper = new Keeper({ closedMax: 1 })
    keeper.accepted('old')
    keeper.accepted('new')
    keeper.borneBy('worker', 'old')
    keeper.borneBy('worker', 'new')
    keeper.commit('worker', 'new', undefined, { endedWallMs: wallMs + 2 })
    keeper.commit('worker', 'old', undefined, { endedWallMs: wallMs + 1 })
    keeper.write()
    const next = keeper.restarted()
    next.pass(60_000)
    expect([next.view('old')?.state, next.view('new')?.state]).toEqual([undefined, 'closed'])
  })
})

describe('the timeline', () => {
  test('tells the life of a task', () => {
    const keeper = new Keeper()
    keeper.accepted('a')
    keeper.borneBy('worker', 'a')
    keeper.renew('worker', 'a')
    keeper.commit('worker', 'a')
    keeper.write()
    const events = keeper.view('a')!.timeline.map(({ event }) => event)
    expect(events).toEqual(['accepted', 'awarded', 'taken', 'running', 'ended'])
  })

  test('is bounded: the middle goes, the beginning stays', () => {
    const keeper = new Keeper({ timelineMax: 4 })
    keeper.accepted('a')
    for (let i = 0; i < 20; i++) keeper.decided('a', `w${i}`)
    const { timeline } = keeper.view('a')!
    expect(timeline.map(({ event }) => event)).toEqual(['accepted', 'awarded', 'awarded', 'awarded'])
    expect(timeline.at(-1)?.detail).toBe('w19')
  })
})
