import type { Accepted } from '@souk/wire'
import { describe, expect, test } from 'vitest'
import { decideNext } from '../src/decide-next.ts'
import { attempt, ballot, ends, only, record, sent, told, trio, vote } from './fixtures.ts'
import { alone, Keeper } from './keeper.ts'
import { lapsed, leaseMs, own, preparing, promised, renewed } from './recovery.ts'

describe('a lease that ran out', () => {
  test('is asked about before anything is written', () => {
    const keeper = renewed()
    expect(keeper.pass(leaseMs - 1)).toEqual([])
    const effects = keeper.pass(1)
    expect(told(effects, 'leaseAsk')).toEqual(['c2', 'c3'])
    expect(only(effects, 'persist')).toEqual([])
  })

  test('is asked about by the next custodian half a second later, and by the last one second later', () => {
    for (const [self, waits] of [
      ['c2', 500],
      ['c3', 1_000],
    ] as const) {
      const keeper = new Keeper({}, { self })
      keeper.keep('a')
      expect(told(keeper.pass(leaseMs + waits - 1), 'leaseAsk')).toEqual([])
      expect(told(keeper.pass(1), 'leaseAsk')).toHaveLength(2)
    }
  })

  test('is taken up by a custodian that drains only behind all that do not', () => {
    for (const [self, waits] of [
      ['c1', 1_000],
      ['c2', 0],
      ['c3', 500],
    ] as const) {
      const keeper = new Keeper({}, { self })
      keeper.mesh.draining.add('c1')
      keeper.keep('a')
      expect(told(keeper.pass(leaseMs + waits - 1), 'leaseAsk')).toEqual([])
      expect(told(keeper.pass(1), 'leaseAsk')).toHaveLength(2)
    }
  })

  test('is taken up by rank where all that can be reached drain, so that somebody does', () => {
    const keeper = new Keeper({}, { self: 'c2' })
    for (const peer of ['c1', 'c2']) keeper.mesh.draining.add(peer)
    for (const peer of ['c1', 'c3']) keeper.mesh.away.add(peer)
    keeper.keep('a')
    expect(told(keeper.pass(leaseMs), 'leaseAsk')).toHaveLength(2)
  })

  test('is prepared for once a majority says that it is over for them too', () => {
    const keeper = renewed()
    keeper.pass(leaseMs)
    const effects = lapsed(keeper, 'c3')
    // Its own promise first, so that no later life of it begins that ballot's counter again.
    expect(told(effects, 'prepare')).toEqual(['c1'])
    expect(told(promised(keeper, 'c1'), 'prepare')).toEqual(['c2', 'c3'])
    expect(sent(effects, 'prepare')[0]!.message).toMatchObject({
      aim: 'run',
      ballot: own,
      record: record('a'),
      attempts: [{ host: 'worker', code: 'vanished' }],
    })
  })

  test('is asked about again while it runs on for the others, and forgotten when the bearer is heard of here', () => {
    const keeper = renewed()
    keeper.pass(leaseMs)
    expect([...lapsed(keeper, 'c2', 300), ...lapsed(keeper, 'mallory'), ...lapsed(keeper, 'c3', 0, ballot(9))]).toEqual(
      [],
    )
    expect(told(keeper.pass(301), 'leaseAsk')).toEqual(['c2', 'c3'])
    keeper.renew('worker', 'a', { seq: 2 })
    expect(lapsed(keeper, 'c2')).toEqual([])
    expect(told(keeper.pass(2_900), 'leaseAsk')).toEqual([])
  })

  test('is answered to who asks, without a promise', () => {
    const keeper = renewed()
    const ask = (at: number) => keeper.at(at).message('c2', { t: 'leaseAsk', ...vote('a') })
    expect(sent(ask(1_000), 'leaseTold')).toMatchObject([{ to: 'c2', message: { leftMs: 2_300 } }])
    expect(sent(ask(3_300), 'leaseTold')).toMatchObject([{ message: { leftMs: 0 } }])
    expect(keeper.view('a')?.ballot).toEqual(ballot())
  })
})

describe('with the promises of a majority', () => {
  test('a task that nobody decided on is borne here, under that ballot', () => {
    const keeper = preparing()
    expect(only(promised(keeper, 'c1'), 'bear')).toEqual([])
    const effects = promised(keeper, 'c3', { attempts: [attempt('lease-lost', { ballot: ballot(9) })] })
    expect(only(effects, 'bear')).toMatchObject([
      { record: record('a'), ballot: own, durable: true, attempts: [{ code: 'vanished' }, { code: 'lease-lost' }] },
    ])
    expect(only(effects, 'recovered')).toMatchObject([{ ballot: own, code: 'vanished' }])
  })

  test('what its bearer had begun is told as lost, since when that was heard of here, once', () => {
    const keeper = new Keeper()
    keeper.keep('a')
    keeper.at(40).renew('worker', 'a', { state: 'running' })
    keeper.pass(leaseMs)
    lapsed(keeper, 'c2')
    promised(keeper, 'c1')
    const [told] = only(promised(keeper, 'c3'), 'runLost')
    expect(told?.run).toMatchObject({ bearer: { peer: 'worker' }, ballot: ballot(), state: 'running', attempt: 1 })
    expect(told?.forMs).toBe(keeper.now - 40)
    expect(only(promised(keeper, 'c2'), 'runLost')).toEqual([])
  })

  test('what was lost is told as it was, also where a first ballot came to nothing', () => {
    const keeper = new Keeper()
    keeper.keep('a')
    keeper.at(40).renew('worker', 'a', { state: 'running' })
    keeper.pass(leaseMs)
    keeper.message('c1', sent(lapsed(keeper, 'c2'), 'prepare')[0]!.message)
    keeper.write()
    for (const from of ['c2', 'c3'])
      keeper.message(from, { t: 'refuse', ...vote('a', own), promised: ballot(5, 'c3'), code: 'promised', leftMs: 0 })
    keeper.pass(leaseMs + 2_000)
    const { message } = sent(lapsed(keeper, 'c2', 0, own), 'prepare')[0]!
    promised(keeper, 'c1', { ballot: message.ballot })
    const [told] = only(promised(keeper, 'c3', { ballot: message.ballot }), 'runLost')
    expect(told?.run).toMatchObject({ bearer: { peer: 'worker' }, ballot: ballot(), state: 'running', attempt: 1 })
    expect(told?.forMs).toBe(keeper.now - 40)
  })

  test.each(['waiting', 'given up', 'alive'])('nothing is lost with a bearer that was %s', (how) => {
    const keeper = new Keeper()
    keeper.keep('a')
    keeper.renew('worker', 'a', { state: how === 'waiting' ? 'waiting' : 'running' })
    if (how === 'given up')
      keeper.message('worker', { t: 'giveUp', ...vote('a'), code: 'drained', message: '', ran: false })
    if (how === 'alive') keeper.mesh.living.add('worker')
    keeper.pass(leaseMs)
    lapsed(keeper, 'c2')
    promised(keeper, 'c1')
    const effects = promised(keeper, 'c3')
    expect([only(effects, 'recovered').length, only(effects, 'runLost')]).toEqual([1, []])
  })

  test('a task that this peer alone keeps is borne here, however long its disk refused the promise', () => {
    const keeper = alone()
    keeper.keep('a', {}, ['origin'])
    keeper.decided('a', 'worker')
    const { message } = sent(keeper.pass(leaseMs), 'prepare')[0]!
    keeper.message('origin', message)
    keeper.refuse()
    keeper.pass(5_000)
    keeper.message('origin', message)
    const [promise] = sent(keeper.write(), 'promise')
    expect(only(keeper.message('origin', promise!.message), 'bear')).toMatchObject([{ ballot: message.ballot }])
  })

  test('an attempt is what its bearer said of it, where any of them has heard that', () => {
    const keeper = preparing()
    promised(keeper, 'c1')
    const effects = promised(keeper, 'c3', { attempts: [attempt('exit')] })
    expect(only(effects, 'bear')).toMatchObject([{ attempts: [{ code: 'exit' }] }])
    promised(keeper, 'c2', { attempts: [attempt('cut-off')] })
    expect(keeper.view('a')?.attempts).toMatchObject([{ code: 'exit' }])
  })

  test('of which some may be over by now it asks anew, under another ballot', () => {
    const keeper = preparing()
    promised(keeper, 'c1')
    keeper.pass(2_000)
    const [bear] = only(promised(keeper, 'c3'), 'bear')
    expect(keeper.now - bear!.leasedMs).toBe(2_000)
    const late = preparing()
    promised(late, 'c1')
    late.pass(3_000)
    expect(only(promised(late, 'c3'), 'bear')).toEqual([])
    expect(told(late.pass(1), 'leaseAsk')).toEqual(['c2', 'c3'])
  })

  test('a promise given twice, by a stranger, or of another ballot is not one more', () => {
    const keeper = preparing()
    const said = [
      ...promised(keeper, 'c2'),
      ...promised(keeper, 'c2'),
      ...promised(keeper, 'mallory'),
      ...promised(keeper, 'c3', { ballot: ballot(4, 'c1') }),
    ]
    expect(only(said, 'bear')).toEqual([])
  })

  test('of what was accepted the one with the highest ballot is proposed again, whatever else was wished', () => {
    const keeper = preparing({ attemptsMax: 1 })
    const accepted = (counter: number, message: string): Accepted => ({
      ballot: ballot(counter, 'c3'),
      decree: ends({ message }),
    })
    promised(keeper, 'c2', { accepted: accepted(1, 'first') })
    const effects = promised(keeper, 'c3', { accepted: { ...accepted(1, 'later'), ballot: ballot(1, 'c9') } })
    expect(only(effects, 'bear')).toEqual([])
    expect(told(effects, 'commit')).toEqual(trio)
    expect(sent(effects, 'commit')[0]!.message).toMatchObject({
      ballot: own,
      decree: { outcome: { message: 'later' } },
    })
  })

  test('a task with too many attempts is quarantined', () => {
    const keeper = preparing({ attemptsMax: 1 })
    promised(keeper, 'c1')
    const commits = sent(promised(keeper, 'c2'), 'commit')
    expect(commits[0]!.message.decree).toMatchObject({
      outcome: { kind: 'quarantined', code: 'attempts-exhausted', ballot: own, attempts: [{ host: 'worker' }] },
    })
  })

  test('a task that starts at most once is lost if a run may have begun, else it runs', () => {
    const begun = preparing({ starts: 'at-most-once' })
    promised(begun, 'c1')
    expect(sent(promised(begun, 'c2', { begun: true }), 'commit')[0]!.message.decree).toMatchObject({
      outcome: { kind: 'lost', code: 'may-have-begun' },
    })
    const waiting = preparing({ starts: 'at-most-once' })
    promised(waiting, 'c1')
    expect(only(promised(waiting, 'c2'), 'bear')).toHaveLength(1)
  })
})

describe('a bearer that is alive and was only cut off', () => {
  test('is noted as such, and does not count among those that the task may have taken down', () => {
    const keeper = renewed()
    keeper.mesh.living.add('worker')
    keeper.pass(leaseMs)
    const prepare = sent(lapsed(keeper, 'c2'), 'prepare')[0]!
    expect(prepare.message.attempts).toMatchObject([{ code: 'cut-off' }])
    const spec = { ...prepare.message.record.spec, attemptsMax: 1 }
    expect(decideNext(spec, prepare.message.attempts, false).choice).toBe('again')
    expect(decideNext(spec, Array(4).fill(prepare.message.attempts[0]), false).choice).toBe('quarantine')
  })
})
