import { describe, expect, test } from 'vitest'
import { attempt, ballot, ends, idOf, only, record, sent, spec, trio, versionOf, vote } from './fixtures.ts'
import { alone, Keeper } from './keeper.ts'

describe('a record', () => {
  test('is answered only once the disk has it, with its votes', () => {
    const keeper = new Keeper()
    const effects = keeper.store('a', { attempts: [attempt('vanished')] })
    expect(effects.map(({ type }) => type)).toEqual(['persist'])
    expect(keeper.view('a')?.state).toBe('storing')
    const [answer] = sent(keeper.write(), 'stored')
    expect(answer).toMatchObject({
      to: 'origin',
      message: { task: idOf('a'), version: versionOf(1), ballot: ballot() },
    })
    expect([...keeper.disk.keys()].sort()).toEqual([`task/${idOf('a')}`, `vote/${idOf('a')}`])
    expect(keeper.view('a')).toMatchObject({ state: 'waiting', bearer: 'origin', attempts: [{ code: 'vanished' }] })
  })

  test('waits for its own write, not for an earlier one', () => {
    const keeper = new Keeper()
    keeper.store('a')
    keeper.store('b')
    expect(sent(keeper.write(1), 'stored').map(({ message }) => message.task)).toEqual([idOf('a')])
    expect(sent(keeper.write(1), 'stored').map(({ message }) => message.task)).toEqual([idOf('b')])
  })

  test('that asks for no durability touches no disk', () => {
    const keeper = new Keeper({}, { self: 'origin' })
    const kept = record('a', { durability: 'none' }, ['origin'])
    expect(sent(keeper.store('a', { record: kept }), 'stored')).toHaveLength(1)
    keeper.commit('worker', 'a')
    const closed = keeper.message('worker', { t: 'chosen', ...vote('a', ballot(), kept.version) })
    expect(only(closed, 'closed')).toHaveLength(1)
    expect(only(closed, 'persist')).toEqual([])
  })

  test('for other custodians is nobody’s here, and neither is one that names a custodian twice', () => {
    const keeper = new Keeper()
    for (const custodians of [
      ['c2', 'c3', 'c4'],
      ['c1', 'c1', 'c2'],
    ]) {
      const effects = keeper.store('a', { record: record('a', {}, custodians) })
      expect(effects).toEqual([{ type: 'rejected', from: 'origin', tag: 'store', code: 'forged-record' }])
    }
    expect(keeper.view('a')).toBeUndefined()
  })

  test('that its bearer brings to where it is lacking is borne by that one, and leased, though it is alone here', () => {
    const keeper = alone()
    const kept = record('a', {}, ['origin'])
    keeper.written('worker', { t: 'store', record: kept, ballot: ballot(), attempts: [] })
    expect(keeper.view('a')?.bearer).toBe('worker')
    expect(sent(keeper.pass(3_300), 'prepare')).toMatchObject([{ to: 'origin', message: { aim: 'run' } }])
  })

  test('is refused while too many tasks have not ended, until one has', () => {
    const keeper = new Keeper({ openMax: 1 })
    keeper.keep('a')
    expect(sent(keeper.store('b'), 'unstored')).toMatchObject([{ message: { code: 'too-many-tasks' } }])
    keeper.close('a')
    keeper.store('b')
    expect(sent(keeper.write(), 'stored')).toHaveLength(1)
  })
})

describe('a record that is known', () => {
  test('is said to be stored again, if it was stored under that ballot', () => {
    const keeper = new Keeper()
    keeper.store('a')
    // The first answer is still to come.
    expect(keeper.store('a')).toEqual([])
    keeper.write()
    keeper.store('a')
    expect(sent(keeper.write(), 'stored')).toHaveLength(1)
  })

  test('under another ballot is known already, and promises nothing new', () => {
    const keeper = new Keeper()
    keeper.keep('a')
    const [answer] = sent([...keeper.store('a', { b: ballot(9, 'other') }), ...keeper.write()], 'already')
    expect(answer).toMatchObject({
      to: 'other',
      message: { promised: ballot(), known: { version: versionOf(1), custodians: trio } },
    })
    expect(keeper.view('a')?.ballot).toEqual(ballot())
  })

  test('is not said to be known before it is on disk', () => {
    const keeper = new Keeper()
    keeper.store('a')
    expect(sent(keeper.store('a', { b: ballot(3) }), 'already')).toEqual([])
    expect(sent(keeper.write(), 'already')).toMatchObject([{ message: { ballot: ballot(3), promised: ballot() } }])
  })

  test('stays known after a restart, and after its end', () => {
    const keeper = new Keeper()
    keeper.keep('a')
    const next = keeper.restarted()
    expect(sent(next.store('a', { b: ballot(3) }), 'already')).toHaveLength(1)
    next.close('a')
    expect(sent(next.store('a', { b: ballot(5) }), 'already')).toHaveLength(1)
  })

  test('in a later version is a new beginning that keeps what people asked and saw', () => {
    const keeper = new Keeper()
    keeper.keep('a')
    keeper.giveUp('origin', 'a', ballot(), { code: 'lease-lost' })
    keeper.cancel('reader', 'a')
    const later = record('a', {}, ['c1', 'c2', 'c4'], 2)
    keeper.store('a', { record: later, b: ballot(3, 'worker') })
    expect(sent(keeper.write(), 'stored')).toMatchObject([
      { to: 'worker', message: { version: later.version, ballot: ballot(3, 'worker') } },
    ])
    expect(keeper.view('a')).toMatchObject({
      state: 'ending',
      bearer: 'worker',
      record: later,
      attempts: [{ code: 'lease-lost' }],
    })
  })
})

describe('a drop', () => {
  const drop = (keeper: Keeper, b = ballot()) => keeper.message('origin', { t: 'drop', ...vote('a', b) })

  test('of what was only stored forgets it, on disk too', () => {
    const keeper = new Keeper()
    keeper.keep('a')
    drop(keeper)
    keeper.write()
    expect(keeper.view('a')).toBeUndefined()
    expect(keeper.disk.size).toBe(0)
    expect(keeper.pass(60_000)).toEqual([])
  })

  test('comes too late once another ballot was promised, a decree accepted, or somebody else told that it is known', () => {
    const promised = new Keeper()
    promised.keep('a')
    promised.prepare('c2', 'a', ballot(2, 'c2'))
    const accepted = new Keeper()
    accepted.keep('a')
    accepted.commit('worker', 'a', ballot(), ends())
    const relied = new Keeper()
    relied.keep('a')
    relied.store('a', { b: ballot(1, 'other') })
    for (const keeper of [promised, accepted, relied]) {
      drop(keeper)
      keeper.write()
      expect(keeper.view('a')).toBeDefined()
      expect(keeper.disk.size).toBe(2)
    }
  })
})

describe('a disk that refuses', () => {
  test('leaves the record unstored, says so, and keeps no lease that would end the next one', () => {
    const keeper = new Keeper()
    keeper.store('a')
    const effects = keeper.refuse()
    expect(only(effects, 'storeState')).toMatchObject([{ ok: false, code: 'disk-full' }])
    expect(sent(effects, 'unstored')).toMatchObject([{ message: { code: 'disk-full', message: 'no space left' } }])
    expect(keeper.view('a')).toBeUndefined()
    expect(keeper.pass(60_000)).toEqual([])
  })

  test('makes this peer refuse new records at once, until it has written something', () => {
    const keeper = new Keeper()
    keeper.keep('old')
    keeper.store('a')
    keeper.refuse()
    expect(sent(keeper.store('b'), 'unstored')).toHaveLength(1)
    keeper.commit('worker', 'old')
    expect(only(keeper.write(), 'storeState')).toMatchObject([{ ok: true }])
    keeper.store('b')
    expect(only(keeper.write(), 'storeState')).toEqual([])
    expect(keeper.view('b')?.state).toBe('waiting')
  })

  test('has all that ended meanwhile once it takes writes again: nobody asks for that any more', () => {
    const keeper = new Keeper()
    keeper.keep('a')
    keeper.commit('worker', 'a')
    keeper.refuse()
    keeper.message('worker', { t: 'chosen', ...vote('a'), decree: ends() })
    keeper.refuse()
    expect(keeper.restarted().view('a')).toMatchObject({ state: 'waiting' })
    // Nothing new: the disk only says that writing works.
    keeper.write()
    keeper.write()
    expect(keeper.restarted().view('a')).toMatchObject({ state: 'closed', outcome: { kind: 'succeeded' } })
    expect(only(keeper.write(), 'persist')).toEqual([])
  })

  test('for one promise loses none that was answered: what is written next holds the record as well', () => {
    const keeper = new Keeper()
    keeper.keep('a')
    keeper.prepare('c2', 'a', ballot(2, 'c2'))
    expect(sent(keeper.refuse(), 'promise')).toEqual([])
    keeper.prepare('c2', 'a', ballot(2, 'c2'))
    expect(sent(keeper.write(), 'promise')).toHaveLength(1)
    expect(keeper.restarted().view('a')?.ballot).toEqual(ballot(2, 'c2'))
  })

  test('for a record whose promise it then writes has said nothing, and has both on disk', () => {
    const keeper = new Keeper()
    keeper.store('a')
    keeper.prepare('c2', 'a', ballot(2, 'c2'))
    keeper.refuse(1)
    expect(sent(keeper.write(), 'promise')).toEqual([])
    expect(keeper.restarted().view('a')?.ballot).toEqual(ballot(2, 'c2'))
  })
})

test('what was not written never was', () => {
  const keeper = new Keeper()
  keeper.store('a', { record: { ...record('a'), spec: spec() } })
  const next = keeper.restarted()
  expect(next.view('a')).toBeUndefined()
  expect(next.pass(10_000)).toEqual([])
})
