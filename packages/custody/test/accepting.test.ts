import { describe, expect, test } from 'vitest'
import { ballot, idOf, only, self } from './fixtures.ts'
import { Keeper } from './keeper.ts'

describe('a submit', () => {
  test('is accepted only once the disk has it', () => {
    const keeper = new Keeper()
    const effects = keeper.submit('a', {}, { client: 7, tag: 3 })
    expect(only(effects, 'persist')).toMatchObject([{ seq: 1, writes: [{ key: `task/${idOf('a')}` }] }])
    expect(only(effects, 'bear')).toMatchObject([{ ballot: ballot(), durable: false }])
    expect(only(effects, 'accepted')).toEqual([])
    expect(keeper.write()).toEqual([
      { type: 'accepted', client: 7, tag: 3, task: idOf('a') },
      { type: 'durable', task: idOf('a') },
    ])
  })

  test('waits for its own write, not for an earlier one', () => {
    const keeper = new Keeper()
    keeper.submit('a')
    const later = only(keeper.submit('b', {}, { tag: 2 }), 'persist')[0]!.seq
    expect(only(keeper.step({ type: 'persisted', upToSeq: later - 1 }), 'accepted')).toMatchObject([{ tag: 1 }])
    expect(only(keeper.step({ type: 'persisted', upToSeq: later }), 'accepted')).toMatchObject([{ tag: 2 }])
  })

  test('that the disk refuses is refused, and its baton is void', () => {
    const keeper = new Keeper()
    keeper.submit('a', {}, { client: 7, tag: 3 })
    const effects = keeper.refuse()
    expect(only(effects, 'storeState')).toMatchObject([{ ok: false, code: 'disk-full' }])
    expect(only(effects, 'void')).toEqual([{ type: 'void', task: idOf('a') }])
    expect(only(effects, 'refused')).toMatchObject([{ client: 7, tag: 3, code: 'disk-full', message: 'no space left' }])
    expect(keeper.view('a')).toBeUndefined()
  })

  test('that was refused leaves no lease behind to end the next one of its key', () => {
    const keeper = new Keeper()
    keeper.submit('a')
    keeper.decided('a', 'worker')
    keeper.refuse()
    keeper.pass(5_000)
    keeper.accepted('a')
    expect(only(keeper.pass(3_000), 'persist')).toEqual([])
    expect(keeper.view('a')).toMatchObject({ state: 'waiting', ballot: ballot() })
  })

  test('works again once the disk does, and says so once', () => {
    const keeper = new Keeper()
    keeper.submit('a')
    keeper.refuse()
    keeper.submit('a')
    expect(only(keeper.write(), 'storeState')).toMatchObject([{ ok: true }])
    keeper.submit('b')
    expect(only(keeper.write(), 'storeState')).toEqual([])
    expect(keeper.view('a')?.state).toBe('waiting')
  })

  test('that asks for no durability touches no disk', () => {
    const keeper = new Keeper()
    const effects = keeper.submit('a', { durability: 'none' })
    expect(only(effects, 'persist')).toEqual([])
    expect(only(effects, 'accepted')).toHaveLength(1)
    expect(only(effects, 'bear')).toMatchObject([{ durable: true }])
    const closed = keeper.commit(self, 'a')
    expect(only(closed, 'persist')).toEqual([])
    expect(only(closed, 'closed')).toHaveLength(1)
  })

  test('is refused when too many tasks have not ended, until one has', () => {
    const keeper = new Keeper({ openMax: 1 })
    keeper.accepted('a')
    expect(only(keeper.submit('b'), 'refused')).toMatchObject([{ code: 'too-many-tasks' }])
    keeper.borneBy('worker', 'a')
    keeper.commit('worker', 'a')
    keeper.write()
    expect(only(keeper.submit('b'), 'refused')).toEqual([])
  })
})

describe('the same key again', () => {
  test('is the same task: both submitters hear that it is accepted, and its outcome', () => {
    const keeper = new Keeper()
    keeper.submit('a', {}, { client: 1, tag: 1 })
    expect(keeper.submit('a', {}, { client: 2, tag: 9 })).toEqual([])
    expect(only(keeper.write(), 'accepted')).toMatchObject([
      { client: 1, tag: 1 },
      { client: 2, tag: 9 },
    ])
    expect(only(keeper.submit('a', {}, { client: 3, tag: 4 }), 'accepted')).toMatchObject([{ client: 3, tag: 4 }])
    keeper.borneBy('worker', 'a')
    keeper.commit('worker', 'a')
    expect(only(keeper.write(), 'closed')).toMatchObject([{ clients: [1, 2, 3] }])
  })

  test('after the end repeats the outcome to whoever asks, and to nobody else', () => {
    const keeper = new Keeper()
    keeper.accepted('a')
    keeper.borneBy('worker', 'a')
    keeper.commit('worker', 'a')
    keeper.write()
    const effects = keeper.submit('a', {}, { client: 2, tag: 9 })
    expect(only(effects, 'accepted')).toMatchObject([{ client: 2, tag: 9 }])
    expect(only(effects, 'closed')).toMatchObject([{ clients: [2], outcome: { kind: 'succeeded' } }])
    expect(only(effects, 'bear')).toEqual([])
  })

  test('after a restart is still the same task', () => {
    const keeper = new Keeper()
    keeper.accepted('a')
    const effects = keeper.restarted().submit('a', {}, { client: 2 })
    expect(only(effects, 'accepted')).toMatchObject([{ client: 2, task: idOf('a') }])
    expect(only(effects, 'bear')).toEqual([])
  })

  test('from a client that is gone reaches nobody', () => {
    const keeper = new Keeper()
    keeper.accepted('a')
    keeper.step({ type: 'gone', client: 1 })
    keeper.borneBy('worker', 'a')
    keeper.commit('worker', 'a')
    expect(only(keeper.write(), 'closed')).toMatchObject([{ clients: [] }])
  })
})
