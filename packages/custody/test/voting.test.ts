import type { MessageOf } from '@souk/wire'
import { describe, expect, test } from 'vitest'
import { attempt, ballot, ends, idOf, next, only, record, sent, trio, versionOf, vote } from './fixtures.ts'
import { Keeper } from './keeper.ts'

/** A keeper of task `a`, stored under the origin's ballot. */
function keeping(): Keeper {
  const keeper = new Keeper()
  keeper.keep('a')
  return keeper
}

describe('a store', () => {
  test('that names others as custodians is answered by one that keeps the task as an earlier submit chose them', () => {
    const others = record('a', {}, ['c2', 'c4', 'c5'])
    const store: MessageOf<'store'> = { t: 'store', record: others, ballot: ballot(1, 'second'), attempts: [] }
    expect(sent(keeping().message('second', store), 'already')).toMatchObject([
      { to: 'second', message: { version: others.version, known: { version: versionOf(1), custodians: trio } } },
    ])
    expect(only(new Keeper().message('second', store), 'rejected')).toMatchObject([{ code: 'forged-record' }])
  })

  test('by another set than its own is told of it only once that is on disk', () => {
    const keeper = new Keeper()
    keeper.message('origin', { t: 'store', record: record('a'), ballot: ballot(), attempts: [] })
    const others = versionOf(1, ['c1', 'c4', 'c5'])
    const ask = { t: 'leaseAsk', ...vote('a', ballot(1, 'second'), others) } as const
    expect(sent(keeper.message('c4', ask), 'already')).toEqual([])
    expect(sent(keeper.write(), 'already')).toHaveLength(1)
  })
})

describe('a promise', () => {
  test('is given behind the disk, with what is known of the task', () => {
    const keeper = keeping()
    keeper.prepare('c2', 'a', ballot(2, 'c2'), { attempts: [attempt('exit')] })
    expect(keeper.restarted().view('a')?.ballot).toEqual(ballot())
    const [promise] = sent(keeper.write(), 'promise')
    expect(promise).toMatchObject({
      to: 'c2',
      message: { ballot: ballot(2, 'c2'), begun: false, attempts: [{ code: 'exit' }] },
    })
    expect(promise!.message.accepted).toBeUndefined()
    expect(keeper.restarted().view('a')?.ballot).toEqual(ballot(2, 'c2'))
  })

  test('to run is refused while the lease of whoever bears it lasts, and given once it is over', () => {
    const keeper = keeping()
    const run = (at: number) => [
      ...keeper.at(at).prepare('c2', 'a', ballot(2, 'c2'), { aim: 'run' }),
      ...keeper.write(),
    ]
    expect(sent(run(1_000), 'refuse')).toMatchObject([{ message: { code: 'lease', leftMs: 2_300 } }])
    expect(sent(run(3_000), 'promise')).toEqual([])
    // The grace is over too, in which a bearer that was cut off is stopped.
    expect(sent(run(3_300), 'promise')).toHaveLength(1)
  })

  test('to close is given at once, and fences whoever bears it', () => {
    const keeper = keeping()
    keeper.prepare('c2', 'a', ballot(2, 'c2'))
    expect(sent(keeper.write(), 'promise')).toHaveLength(1)
    expect(sent(keeper.commit('worker', 'a'), 'fenced')).toMatchObject([
      { to: 'worker', message: { ballot: ballot(), promised: ballot(2, 'c2'), final: false } },
    ])
    expect(sent(keeper.renew('worker', 'a'), 'renewed')).toMatchObject([
      { message: { refused: [{ task: idOf('a') }] } },
    ])
  })

  test('carries what was accepted before, and under which ballot', () => {
    const keeper = keeping()
    keeper.commit('worker', 'a', ballot(), ends({ message: 'done' }))
    keeper.prepare('c2', 'a', ballot(2, 'c2'))
    expect(sent(keeper.write(), 'promise')).toMatchObject([
      { message: { accepted: { ballot: ballot(), decree: { outcome: { message: 'done' } } } } },
    ])
  })

  test('is repeated for its own ballot, and refused for a lower one', () => {
    const keeper = keeping()
    keeper.prepare('c3', 'a', ballot(4, 'c3'))
    keeper.write()
    const refuse = sent(keeper.prepare('c2', 'a', ballot(2, 'c2')), 'refuse')
    expect(refuse).toMatchObject([{ to: 'c2', message: { code: 'promised', promised: ballot(4, 'c3') } }])
    keeper.prepare('c3', 'a', ballot(4, 'c3'))
    expect(sent(keeper.write(), 'promise')).toHaveLength(1)
  })

  test('of a task that was missed brings its record, and is as good as one of a task that was stored', () => {
    const keeper = new Keeper()
    keeper.prepare('c2', 'a', ballot(2, 'c2'))
    expect(sent(keeper.write(), 'promise')).toHaveLength(1)
    expect(keeper.view('a')).toMatchObject({ state: 'waiting', bearer: 'c2' })
    expect(keeper.restarted().view('a')).toMatchObject({ state: 'waiting', ballot: ballot(2, 'c2') })
  })
})

describe('a commit', () => {
  test('is accepted behind the disk, and chosen only when somebody says so', () => {
    const keeper = keeping()
    const effects = keeper.commit('worker', 'a')
    expect(sent(effects, 'committed')).toEqual([])
    const after = keeper.write()
    expect(sent(after, 'committed')).toMatchObject([
      { to: 'worker', message: { ballot: ballot(), version: versionOf(1) } },
    ])
    expect(only(after, 'closed')).toEqual([])
    expect(keeper.view('a')?.state).toBe('ending')
    expect(only(keeper.message('worker', { t: 'chosen', ...vote('a') }), 'closed')).toMatchObject([
      { outcome: { kind: 'succeeded', host: 'worker' } },
    ])
  })

  test('above the promise raises it', () => {
    const keeper = keeping()
    keeper.commit('c2', 'a', ballot(4, 'c2'))
    expect(sent(keeper.write(), 'committed')).toHaveLength(1)
    expect(sent(keeper.prepare('c3', 'a', ballot(2, 'c3')), 'refuse')).toHaveLength(1)
  })

  test('of what was missed asks for the record, and is accepted with it', () => {
    const keeper = new Keeper()
    expect(sent(keeper.commit('worker', 'a'), 'lacking')).toMatchObject([{ to: 'worker', message: vote('a') }])
    const commit = { t: 'commit', ...vote('a'), decree: ends(), record: record('a') } as const
    expect(sent(keeper.written('worker', commit), 'committed')).toHaveLength(1)
    expect(keeper.restarted().view('a')?.state).toBe('ending')
  })

  test('with the record of another task, or of another version, is nobody’s', () => {
    const keeper = keeping()
    for (const other of [record('b'), record('a', {}, trio, 2)]) {
      const commit = { t: 'commit', ...vote('c'), decree: ends(), record: other } as const
      expect(keeper.message('mallory', commit)).toMatchObject([
        { type: 'rejected', code: expect.stringMatching(/^(forged-record|not-concerned)$/) },
      ])
    }
    const prepare = keeper.prepare('mallory', 'c', ballot(2, 'c2'), { record: record('a', {}, trio, 2) })
    expect(prepare).toMatchObject([
      { type: 'rejected', code: expect.stringMatching(/^(forged-record|not-concerned)$/) },
    ])
    expect(keeper.view('a')).toMatchObject({ ballot: ballot(), record: { version: versionOf(1) } })
  })

  test('that the disk refused is not answered, and is accepted when it comes again', () => {
    const keeper = keeping()
    keeper.commit('worker', 'a')
    expect(sent(keeper.refuse(), 'committed')).toEqual([])
    keeper.commit('worker', 'a')
    expect(sent(keeper.write(), 'committed')).toHaveLength(1)
  })
})

describe('leave to begin', () => {
  const begin = (keeper: Keeper, b = ballot()) => keeper.written('worker', { t: 'begin', ...vote('a', b) })

  test('is given under the promised ballot, and known to whoever prepares a higher one, after a restart too', () => {
    const keeper = keeping()
    expect(sent(begin(keeper), 'begun')).toMatchObject([{ to: 'worker', message: vote('a') }])
    const later = keeper.restarted()
    later.prepare('c2', 'a', ballot(2, 'c2'))
    expect(sent(later.write(), 'promise')).toMatchObject([{ message: { begun: true } }])
  })

  test('is known to the next version, from the custodians of the one before and from the record', () => {
    const staying = keeping()
    begin(staying)
    staying.store('a', { record: record('a', {}, ['c1', 'c2', 'c4'], 2), b: ballot(3, 'worker') })
    const fresh = new Keeper()
    const later = record('a', {}, ['c1', 'c4', 'c5'], 2)
    fresh.message('worker', { t: 'store', record: later, ballot: ballot(3, 'worker'), attempts: [], begun: true })
    for (const keeper of [staying, fresh]) {
      keeper.write()
      keeper.at(9_000).prepare('c4', 'a', ballot(4, 'c4'), { record: keeper.custodian.find(idOf('a'))!.record })
      expect(sent(keeper.write(), 'promise')).toMatchObject([{ message: { begun: true } }])
    }
  })

  test('is forgotten when its bearer says how that run ended', () => {
    const keeper = keeping()
    begin(keeper)
    keeper.giveUp('worker', 'a', ballot(), { code: 'exit' })
    keeper.prepare('c2', 'a', ballot(2, 'c2'))
    expect(sent(keeper.write(), 'promise')).toMatchObject([{ message: { begun: false } }])
  })

  test('is not given under any other ballot', () => {
    const keeper = keeping()
    keeper.prepare('c2', 'a', ballot(2, 'c2'))
    keeper.write()
    expect(sent(begin(keeper), 'fenced')).toHaveLength(1)
    expect(sent(begin(keeping(), ballot(3)), 'fenced')).toHaveLength(1)
  })
})

describe('after a start', () => {
  test('a custodian of several abstains until it has heard from a majority of members', () => {
    const keeper = keeping().restarted()
    keeper.mesh.heardFromMajority = false
    expect(sent(keeper.prepare('c2', 'a', ballot(2, 'c2')), 'refuse')).toMatchObject([
      { message: { code: 'abstains' } },
    ])
    expect(sent(keeper.commit('worker', 'a'), 'refuse')).toMatchObject([{ message: { code: 'abstains' } }])
    keeper.mesh.heardFromMajority = true
    keeper.commit('worker', 'a')
    expect(sent(keeper.write(), 'committed')).toHaveLength(1)
  })

  test('the only custodian of a task has nobody to wait for', () => {
    const keeper = new Keeper()
    keeper.keep('a', {}, ['c1'])
    keeper.mesh.heardFromMajority = false
    keeper.commit('worker', 'a')
    expect(sent(keeper.write(), 'committed')).toHaveLength(1)
  })
})

describe('of a task that is over', () => {
  test('whoever committed it hears so again, and everybody else what was chosen', () => {
    const keeper = keeping()
    keeper.close('a')
    keeper.commit('worker', 'a')
    expect(sent(keeper.write(), 'committed')).toHaveLength(1)
    const effects = [
      ...keeper.commit('other', 'a', ballot(2, 'c2'), ends({ kind: 'failed' })),
      ...keeper.prepare('c2', 'a', ballot(2, 'c2')),
      ...keeper.message('c2', { t: 'leaseAsk', ...vote('a') }),
    ]
    expect(sent(effects, 'chosen').map(({ message }) => message.decree)).toMatchObject(
      Array(3).fill({ kind: 'outcome', outcome: { kind: 'succeeded' } }),
    )
    expect(sent(effects, 'fenced')[0]).toMatchObject({ to: 'other', message: { final: true, code: 'closed' } })
    expect(sent(effects, 'committed')).toEqual([])
  })

  test('in the version before, whoever votes on that one hears of the next', () => {
    const keeper = keeping()
    keeper.store('a', { record: record('a', {}, ['c1', 'c2', 'c4'], 2), b: ballot(3) })
    keeper.write()
    const late = { t: 'commit', ...vote('a'), decree: ends() } as const
    for (const answer of [keeper.message('worker', late), keeper.prepare('c3', 'a', ballot(2, 'c3'))])
      expect(sent(answer, 'chosen')).toMatchObject([
        { message: { version: versionOf(1), decree: next(['c1', 'c2', 'c4']) } },
      ])
  })

  test('here, and kept by others, whoever votes hears by whom', () => {
    const others = ['c2', 'c3', 'c4']
    const keeper = keeping()
    keeper.message('c2', { t: 'moved', task: idOf('a'), version: versionOf(2, others), custodians: others })
    keeper.write()
    for (const answer of [keeper.commit('worker', 'a'), keeper.prepare('c3', 'a', ballot(2, 'c3'))])
      expect(sent(answer, 'moved')).toMatchObject([{ message: { version: versionOf(2, others), custodians: others } }])
  })
})
