import { describe, expect, test } from 'vitest'
import { Carrier, proposed } from './carrier.ts'
import { attempt, ballot, idOf, only, record, sent, told, trio, versionOf, vote } from './fixtures.ts'

describe('what a run came to', () => {
  test.each([
    ['ok', {}, { kind: 'succeeded', code: 'ok' }],
    ['a failure', { end: 'failed' as const, exitCode: 3 }, { kind: 'failed', code: 'threw' }],
    ['a limit', { end: 'failed' as const, code: 'out-of-memory' as const }, { kind: 'failed', code: 'out-of-memory' }],
    ['a timeout', { end: 'timeout' as const }, { kind: 'failed', code: 'timeout' }],
  ])('%s is its outcome, proposed to every custodian', (_, result, outcome) => {
    const carrier = new Carrier('worker')
    carrier.running('a')
    const effects = carrier.ended('a', result)
    expect(told(effects, 'commit')).toEqual(trio)
    expect(sent(effects, 'commit')[0]!.message).toMatchObject({ ballot: ballot(), version: versionOf(1) })
    expect(proposed(effects)[0]![1]).toMatchObject({
      outcome: { ...outcome, host: 'worker', ballot: ballot(), result },
    })
  })

  test('a failure with retries left gives the baton up, until they are used', () => {
    const carrier = new Carrier('worker')
    const spec = { retries: 1 }
    carrier.running('a', { record: record('a', spec) })
    const given = sent(carrier.ended('a', { end: 'failed' }), 'giveUp')
    expect(given.map(({ to }) => to)).toEqual(trio)
    expect(given[0]).toMatchObject({ message: { ran: true, code: 'threw', version: versionOf(1) } })
    const again = { ballot: ballot(2, 'c1'), path: ['c1'], attempts: [attempt('exit')] }
    carrier.award('a', { record: record('a', spec), ...again }, 'c1')
    carrier.admit('a')
    expect(told(carrier.ended('a', { end: 'failed' }, again.ballot), 'commit')).toEqual(trio)
  })

  test('a run that was ended for its memory is a failure of its own: it uses up retries', () => {
    const carrier = new Carrier('worker')
    const given = { record: record('a', { retries: 1 }), attempts: [attempt('out-of-memory')] }
    carrier.running('a', given)
    expect(told(carrier.ended('a', { end: 'failed' }), 'commit')).toEqual(trio)
  })

  test('vanished bearers use up no retries', () => {
    const carrier = new Carrier('worker')
    carrier.running('a', { record: record('a', { retries: 1 }), attempts: [attempt('vanished')] })
    expect(told(carrier.ended('a', { end: 'failed' }), 'giveUp')).toEqual(trio)
  })

  test('refused by the executor is an attempt', () => {
    const carrier = new Carrier('worker')
    carrier.running('a')
    const effects = carrier.ended('a', { end: 'refused', message: 'no such command' })
    expect(sent(effects, 'giveUp')[0]).toMatchObject({
      message: { ran: true, code: 'refused', message: 'no such command' },
    })
  })
})

describe('an outcome', () => {
  test('is proposed again every second to those that have not confirmed it, until a majority has', () => {
    const carrier = new Carrier('worker')
    carrier.running('a')
    carrier.at(10).ended('a')
    expect(carrier.committed(['c2', 'c2', 'stranger'], 'a')).toEqual([])
    expect(told(carrier.pass(1_500), 'commit')).toEqual(['c1', 'c3'])
    expect(told(carrier.step({ type: 'connected', peer: 'c3', incarnation: 2 }), 'commit')).toEqual(['c3'])
    carrier.committed(['c3'], 'a')
    expect(carrier.state('a')).toBeUndefined()
    expect(told(carrier.pass(5_000), 'commit')).toEqual([])
  })

  test('that is chosen is told to the custodians, and with all of it to an origin that is none of them', () => {
    const carrier = new Carrier('worker')
    carrier.running('a')
    carrier.ended('a')
    const effects = carrier.committed(['c1', 'c2'], 'a')
    expect(only(effects, 'chosen')).toEqual([{ type: 'chosen', task: idOf('a'), ballot: ballot() }])
    expect(told(effects, 'chosen')).toEqual([...trio, 'origin'])
    const decrees = sent(effects, 'chosen').map(({ message }) => message.decree?.kind)
    expect(decrees).toEqual([undefined, undefined, undefined, 'outcome'])
  })

  test('is not confirmed by what was said of another ballot or by no custodian', () => {
    const carrier = new Carrier('worker')
    carrier.running('a')
    carrier.ended('a')
    carrier.committed(trio, 'a', ballot(2, 'c1'))
    carrier.committed(['mallory', 'origin'], 'a')
    expect(carrier.state('a')).toBe('committing')
  })

  test('goes with its record to a custodian that lacks it, and to no stranger', () => {
    const carrier = new Carrier('worker')
    carrier.running('a')
    carrier.ended('a')
    const lacking = { t: 'lacking', ...vote('a') } as const
    expect(sent(carrier.message('c2', lacking), 'commit')).toMatchObject([
      { to: 'c2', message: { record: record('a') } },
    ])
    expect(carrier.message('mallory', lacking)).toEqual([])
  })
})

describe('a task that starts at most once', () => {
  const begun = (carrier: Carrier, from: string[], b = ballot()) =>
    from.flatMap((peer) => carrier.message(peer, { t: 'begun', ...vote('a', b) }))
  const once = record('a', { starts: 'at-most-once' })

  test('starts only once a majority of its custodians knows that it may have', () => {
    const carrier = new Carrier('worker')
    carrier.award('a', { record: once })
    const effects = carrier.admit('a')
    expect(told(effects, 'begin')).toEqual(trio)
    expect([...only(effects, 'take'), ...begun(carrier, ['c1', 'c1', 'mallory'])]).toEqual([])
    expect(only(begun(carrier, ['c3']), 'take')).toHaveLength(1)
    expect(begun(carrier, ['c2'])).toEqual([])
  })

  test('asks those that have not answered again every second', () => {
    const carrier = new Carrier('worker')
    carrier.award('a', { record: once })
    carrier.admit('a')
    begun(carrier, ['c2'])
    expect(told(carrier.pass(1_000), 'begin')).toEqual(['c1', 'c3'])
  })

  test('never starts where they do not answer: it is given up as one that did not run', () => {
    const carrier = new Carrier('worker')
    carrier.award('a', { record: once })
    carrier.admit('a')
    const effects = carrier.pass(3_100)
    expect([...only(effects, 'take'), ...only(effects, 'halt')]).toEqual([])
    expect(sent(effects, 'giveUp')[0]).toMatchObject({ message: { ran: false, code: 'lease-lost' } })
    expect(begun(carrier, trio)).toEqual([])
  })

  test('does not start under a ballot that they fence', () => {
    const carrier = new Carrier('worker')
    carrier.award('a', { record: once })
    carrier.admit('a')
    expect(told(carrier.fenced(['c1', 'c2'], 'a'), 'stopped')).toEqual(trio)
    expect(begun(carrier, trio)).toEqual([])
  })

  test.each([
    ['its custodians do not answer', (carrier: Carrier) => carrier.pass(3_100)],
    ['they fence it', (carrier: Carrier) => carrier.fenced(['c1', 'c2'], 'a')],
    ['this peer leaves', (carrier: Carrier) => carrier.step({ type: 'leave' })],
    ['they give it to this peer anew', (carrier: Carrier) => carrier.bear('a', { record: once, b: ballot(4, 'c1') })],
  ])('keeps no room here where %s before it may start', (_, end) => {
    const carrier = new Carrier('c1')
    carrier.bear('a', { record: once })
    expect(told(carrier.keep('a'), 'begin')).toEqual(trio)
    expect(only(end(carrier), 'withdrawn')).toEqual([{ type: 'withdrawn', task: idOf('a') }])
  })
})

describe('a newer baton of a task that still runs here', () => {
  test('waits until that run has stopped: one run at a time', () => {
    const carrier = new Carrier('c1')
    carrier.running('a')
    const newer = carrier.bear('a', { b: ballot(2, 'c1') })
    expect(newer).toEqual([{ type: 'halt', task: idOf('a'), ballot: ballot(), code: 'fenced' }])
    const after = carrier.ended('a', { end: 'stopped' })
    expect(only(after, 'waiting')).toHaveLength(1)
    carrier.keep('a')
    expect(carrier.bearer.find(idOf('a'))).toMatchObject({ ballot: ballot(2, 'c1') })
  })

  test('takes the place of one that waits', () => {
    const carrier = new Carrier('c1')
    carrier.bear('a', { b: ballot(2, 'c1') })
    const effects = carrier.bear('a', { b: ballot(4, 'c1') })
    expect(effects.map(({ type }) => type)).toEqual(['withdrawn', 'waiting'])
    expect(carrier.bear('a', { b: ballot(2, 'c1') })).toEqual([])
  })
})

describe('a ballot that is given here after a higher one was', () => {
  test('is given up where that one was of other custodians, so that they give a higher one', () => {
    const carrier = new Carrier('origin')
    carrier.award('a', { ballot: ballot(6, 'c1'), path: ['c1'] }, 'c1')
    carrier.admit('a', 'refuse')
    const kept = record('a', {}, ['origin'])
    expect(sent(carrier.bear('a', { record: kept, b: ballot(2) }), 'giveUp')).toMatchObject([
      { to: 'origin', message: { version: kept.version, ballot: ballot(2), ran: false } },
    ])
    expect(only(carrier.bear('a', { record: kept, b: ballot(8) }), 'waiting')).toHaveLength(1)
  })

  test('is over without a word while a run for the same custodians goes on', () => {
    const carrier = new Carrier('worker')
    carrier.running('a')
    carrier.award('a', { ballot: ballot(6, 'c2'), path: ['c2'] }, 'c2')
    expect(carrier.bear('a', { b: ballot(2, 'worker') })).toEqual([])
    expect(carrier.state('a')).toBe('running')
  })
})
