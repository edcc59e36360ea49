import { describe, expect, test } from 'vitest'
import { Desk, storeOf } from './desk.ts'
import { ballot, ends, idOf, next, only, outcome, sent, told, trio, versionOf, vote } from './fixtures.ts'

describe('the same key again', () => {
  test('is the same task: both clients hear that it is accepted, and its outcome', () => {
    const desk = new Desk()
    const store = storeOf(desk.submit('a', {}, { client: 1, tag: 1 }))
    expect(desk.submit('a', {}, { client: 2, tag: 9 })).toEqual([])
    expect(only(desk.stored(['c1', 'c2'], store), 'accepted')).toMatchObject([
      { client: 1, tag: 1 },
      { client: 2, tag: 9 },
    ])
    expect(desk.submit('a', {}, { client: 3, tag: 4 })).toMatchObject([{ type: 'accepted', client: 3, tag: 4 }])
    const effects = desk.step({ type: 'closed', task: idOf('a'), outcome: outcome() })
    expect(effects).toMatchObject([{ type: 'outcome', clients: [1, 2, 3], outcome: { kind: 'succeeded' } }])
  })

  test('after it is unknown goes under a ballot of its own', () => {
    const desk = new Desk()
    desk.submit('a')
    desk.pass(1_000)
    // For a while it goes on: the answers may come yet.
    expect(storeOf(desk.submit('a')).ballot).toEqual(ballot(1))
    desk.pass(11_000)
    expect(storeOf(desk.submit('a')).ballot).toEqual(ballot(5))
  })

  test('of a drawn task finds it', () => {
    const desk = new Desk()
    const store = storeOf(desk.submit('a', {}, { drawable: true }))
    desk.stored(trio, store)
    expect(desk.submit('a', {}, { drawable: true, client: 2 })).toMatchObject([{ type: 'accepted', client: 2 }])
  })

  test('from more clients than may wait is refused', () => {
    const desk = new Desk({ watchersMax: 1 })
    desk.accepted('a')
    expect(desk.submit('a', {}, { client: 2 })).toMatchObject([{ type: 'refused', code: 'too-many-clients' }])
  })
})

describe('a client that waits', () => {
  test('is told an outcome that a custodian tells, once', () => {
    const desk = new Desk()
    desk.accepted('a')
    const chosen = { t: 'chosen', ...vote('a'), decree: ends() } as const
    expect(desk.message('c1', chosen)).toMatchObject([{ type: 'outcome', clients: [1] }])
    expect(desk.message('c2', chosen)).toEqual([])
  })

  test('is not told that others keep its task now, nor an outcome without one', () => {
    const desk = new Desk()
    desk.accepted('a')
    expect(desk.message('c1', { t: 'chosen', ...vote('a'), decree: next(['c1', 'c2', 'c4']) })).toEqual([])
    expect(desk.message('c1', { t: 'chosen', ...vote('a') })).toEqual([])
    expect(desk.submitter.snapshot()).toEqual({ storing: 0, awaited: 1, queued: 0 })
  })

  test('makes its peer ask by and by, another custodian each time, at longer and longer intervals', () => {
    const desk = new Desk()
    const { custodians } = desk.accepted('a').record
    expect(desk.pass(4_999)).toEqual([])
    expect(sent(desk.pass(1), 'await')).toMatchObject([{ to: custodians[0], message: { tasks: [idOf('a')] } }])
    expect(told(desk.pass(5_000), 'await')).toEqual([custodians[1]])
    expect(told(desk.pass(10_000), 'await')).toEqual([custodians[2]])
  })

  test('has its peer ask at once where somebody knew the task before: it may be over', () => {
    const desk = new Desk()
    desk.already(['c1', 'c2'], storeOf(desk.submit('a')))
    expect(told(desk.pass(0), 'await')).toHaveLength(1)
  })

  test('has those asked that can be reached', () => {
    const desk = new Desk()
    const { custodians } = desk.accepted('a').record
    desk.mesh.away.add(custodians[0]!).add(custodians[2]!)
    expect(new Set(told(desk.pass(60_000), 'await'))).toEqual(new Set([custodians[1]]))
  })

  test('has another custodian asked at once where one says that it never heard of its task, and not that one again', () => {
    const desk = new Desk()
    const { custodians } = desk.accepted('a').record
    const [first, second, third] = custodians as [string, string, string]
    expect(told(desk.pass(5_000), 'await')).toEqual([first])
    const unknown = { t: 'unknown' as const, tasks: [idOf('a')] }
    expect(desk.message(first, unknown)).toEqual([])
    desk.mesh.away.add(third)
    expect(told(desk.pass(0), 'await')).toEqual([second])
    expect(new Set(told(desk.pass(120_000), 'await'))).toEqual(new Set([second]))
    // Whoever else might know is away: it is waited for, and who knows nothing is asked by and by.
    desk.mesh.away.delete(third)
    desk.mesh.away.add(second)
    expect(new Set(told(desk.pass(120_000), 'await'))).toEqual(new Set([third]))
    desk.mesh.away.add(third)
    expect(new Set(told(desk.pass(120_000), 'await'))).toEqual(new Set([first]))
  })

  test('has a custodian asked that missed its task, once that one keeps the next version of it', () => {
    const desk = new Desk()
    const { custodians } = desk.accepted('a').record
    desk.message(custodians[0]!, { t: 'unknown', tasks: [idOf('a')] })
    const next = [custodians[0]!, 'c4']
    desk.message('c1', { t: 'moved', task: idOf('a'), version: versionOf(2, next), custodians: next })
    expect(new Set(told(desk.pass(60_000), 'await'))).toEqual(new Set(next))
  })

  test('has the new custodians asked once others keep its task', () => {
    const desk = new Desk()
    desk.accepted('a')
    desk.message('c1', { t: 'moved', task: idOf('a'), version: versionOf(2, ['c4']), custodians: ['c4'] })
    desk.message('c2', { t: 'moved', task: idOf('a'), version: versionOf(1, ['c5']), custodians: ['c5'] })
    expect(told(desk.pass(5_000), 'await')).toEqual(['c4'])
  })

  test('has those asked that keep its task as another submit made it, once its own custodians point to them', () => {
    const desk = new Desk()
    desk.accepted('a')
    desk.message('c9', { t: 'moved', task: idOf('a'), version: versionOf(1, ['c5']), custodians: ['c5'] })
    desk.message('c1', { t: 'moved', task: idOf('a'), version: versionOf(1, ['c4']), custodians: ['c4'] })
    expect(told(desk.pass(5_000), 'await')).toEqual(['c4'])
  })

  test('that is gone is told nothing, and nobody is asked for it', () => {
    const desk = new Desk()
    desk.accepted('a', { client: 1 })
    desk.submit('a', {}, { client: 2 })
    desk.step({ type: 'gone', client: 1 })
    expect(told(desk.pass(5_000), 'await')).toHaveLength(1)
    desk.step({ type: 'gone', client: 2 })
    expect(desk.pass(60_000)).toEqual([])
    expect(desk.step({ type: 'closed', task: idOf('a'), outcome: outcome() })).toEqual([])
  })

  test('that is gone before its task is accepted leaves it accepted', () => {
    const desk = new Desk()
    const store = storeOf(desk.submit('a'))
    desk.step({ type: 'gone', client: 1 })
    expect(only(desk.stored(['c1', 'c2'], store), 'durable')).toHaveLength(1)
    expect(told(desk.stored(['c3'], store), 'drop')).toEqual([])
    expect(desk.submitter.snapshot()).toEqual({ storing: 0, awaited: 0, queued: 0 })
  })
})
