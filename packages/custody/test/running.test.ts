import { describe, expect, test } from 'vitest'
import type { BearerEffect } from '../src/index.ts'
import { Carrier } from './carrier.ts'
import { attempt, ballot, idOf, only, record, sent } from './fixtures.ts'

const three = (name: string) => record(name, {}, ['c1', 'c2', 'c3'])

/** Answers every renewal to one of these custodians. */
const renewing = (carrier: Carrier, custodians: string[]) => (effect: BearerEffect) => {
  if (effect.type !== 'send' || effect.message.t !== 'renew' || !custodians.includes(effect.to)) return
  carrier.message(effect.to, { t: 'renewed', seq: effect.message.seq, again: false, refused: [] })
}

describe('what a run came to', () => {
  test.each([
    ['ok', {}, { kind: 'succeeded', code: 'ok' }],
    ['a failure', { end: 'failed' as const, exitCode: 3 }, { kind: 'failed', code: 'threw' }],
    ['a timeout', { end: 'timeout' as const }, { kind: 'failed', code: 'timeout' }],
  ])('%s is its outcome', (_, result, outcome) => {
    const carrier = new Carrier('worker')
    carrier.running('a')
    const [commit] = sent(carrier.ended('a', result), 'commit')
    expect(commit).toMatchObject({ to: 'origin', message: { ballot: ballot(), version: 1 } })
    expect(commit!.message.outcome).toMatchObject({ ...outcome, host: 'worker', ballot: ballot(), result })
  })

  test('a failure with retries left gives the baton up, until they are used', () => {
    const carrier = new Carrier('worker')
    const spec = { retries: 1 }
    carrier.running('a', { record: record('a', spec) })
    expect(sent(carrier.ended('a', { end: 'failed' }), 'giveUp')).toMatchObject([
      { message: { ran: true, code: 'threw' } },
    ])
    carrier.running('a', { record: record('a', spec), ballot: ballot(2), attempts: [attempt('exit')] })
    expect(sent(carrier.ended('a', { end: 'failed' }, ballot(2)), 'commit')).toHaveLength(1)
  })

  test('vanished bearers use up no retries', () => {
    const carrier = new Carrier('worker')
    carrier.running('a', { record: record('a', { retries: 1 }), attempts: [attempt('vanished')] })
    expect(sent(carrier.ended('a', { end: 'failed' }), 'giveUp')).toHaveLength(1)
  })

  test('refused by the executor is an attempt', () => {
    const carrier = new Carrier('worker')
    carrier.running('a')
    const effects = carrier.ended('a', { end: 'refused', message: 'no such command' })
    expect(sent(effects, 'giveUp')).toMatchObject([
      { message: { ran: true, code: 'refused', message: 'no such command' } },
    ])
  })

  test('is committed again every second until a majority has confirmed it', () => {
    const carrier = new Carrier('worker')
    carrier.running('a', { record: three('a') })
    expect(sent(carrier.at(10).ended('a'), 'commit').map(({ to }) => to)).toEqual(['c1', 'c2', 'c3'])
    carrier.committed('c2', 'a')
    carrier.committed('c2', 'a')
    carrier.committed('stranger', 'a')
    expect(sent(carrier.pass(1_500), 'commit').map(({ to }) => to)).toEqual(['c1', 'c3'])
    expect(sent(carrier.step({ type: 'connected', peer: 'c3', incarnation: 2 }), 'commit')).toHaveLength(1)
    carrier.committed('c3', 'a')
    expect(carrier.state('a')).toBeUndefined()
    expect(sent(carrier.pass(5_000), 'commit')).toEqual([])
  })
})

describe('a lease', () => {
  test('costs nothing while a task is young', () => {
    const carrier = new Carrier('worker')
    carrier.running('a')
    expect(carrier.pass(999)).toEqual([])
    expect(sent(carrier.pass(1), 'renew')).toMatchObject([
      { to: 'origin', message: { seq: 1, base: 0, adds: [{ task: idOf('a'), state: 'running' }] } },
    ])
  })

  test('that is not confirmed in time stops the run, gives the baton up, and nothing resumes it', () => {
    const carrier = new Carrier('worker')
    carrier.running('a')
    expect(only(carrier.pass(2_849), 'halt')).toEqual([])
    const effects = carrier.pass(201)
    expect(only(effects, 'halt')).toEqual([{ type: 'halt', task: idOf('a'), ballot: ballot(), code: 'fenced' }])
    expect(only(effects, 'leaseLost')).toHaveLength(1)
    carrier.message('origin', { t: 'renewed', seq: 1, again: false, refused: [] })
    expect(only(carrier.pass(5_000), 'halt')).toEqual([])
    const after = carrier.ended('a', { end: 'stopped' })
    expect(sent(after, 'giveUp')).toMatchObject([{ to: 'origin', message: { ran: true, code: 'lease-lost' } }])
    expect([...sent(after, 'commit'), ...only(after, 'take')]).toEqual([])
    expect(carrier.state('a')).toBeUndefined()
  })

  test('counts from when the confirmed renewal was sent', () => {
    const carrier = new Carrier('worker')
    carrier.running('a')
    carrier.pass(1_000)
    carrier.at(2_700).message('origin', { t: 'renewed', seq: 1, again: false, refused: [] })
    expect(only(carrier.pass(1_149), 'halt')).toEqual([])
    expect(only(carrier.pass(201), 'halt')).toHaveLength(1)
  })

  test('stands while a majority confirms it', () => {
    const carrier = new Carrier('worker')
    carrier.running('a', { record: three('a') })
    expect(only(carrier.pass(20_000, renewing(carrier, ['c1', 'c3'])), 'halt')).toEqual([])
    expect(only(carrier.pass(4_000, renewing(carrier, ['c1'])), 'halt')).toHaveLength(1)
  })

  test('survives a new connection to its custodian', () => {
    const carrier = new Carrier('worker')
    carrier.running('a')
    carrier.pass(10_000, renewing(carrier, ['origin']))
    carrier.step({ type: 'connected', peer: 'origin', incarnation: 1 })
    const effects = carrier.pass(1_500)
    expect(sent(effects, 'renew')[0]).toMatchObject({ message: { base: 0, adds: [{ task: idOf('a') }] } })
    effects.forEach(renewing(carrier, ['origin']))
    effects.push(...carrier.pass(10_000, renewing(carrier, ['origin'])))
    expect(only(effects, 'halt')).toEqual([])
  })

  test('survives a custodian that restarted and asks for everything again', () => {
    const carrier = new Carrier('worker')
    carrier.running('a')
    carrier.pass(10_000, renewing(carrier, ['origin']))
    const effects = carrier.pass(1_000)
    const [last] = sent(effects, 'renew')
    carrier.message('origin', { t: 'renewed', seq: last!.message.seq, again: true, refused: [] })
    effects.push(...carrier.pass(1_500))
    effects.forEach(renewing(carrier, ['origin']))
    effects.push(...carrier.pass(10_000, renewing(carrier, ['origin'])))
    expect(only(effects, 'halt')).toEqual([])
  })

  test('is not needed by the peer that keeps the task itself', () => {
    const carrier = new Carrier('origin')
    carrier.bear('a')
    carrier.keep('a')
    const effects = carrier.pass(60_000)
    expect(effects).toEqual([])
    expect(carrier.state('a')).toBe('queued')
  })
})

describe('a fence', () => {
  test('halts the run and is answered once nothing of it runs', () => {
    const carrier = new Carrier('worker')
    carrier.running('a')
    const effects = carrier.fenced('origin', 'a', { code: 'cancelled' })
    expect(effects).toEqual([{ type: 'halt', task: idOf('a'), ballot: ballot(), code: 'cancelled' }])
    const after = carrier.ended('a', { end: 'stopped' })
    expect(sent(after, 'stopped')).toMatchObject([{ to: 'origin', message: { task: idOf('a'), ballot: ballot() } }])
    expect(sent(after, 'commit')).toEqual([])
  })

  test('takes back what waits in the queue', () => {
    const carrier = new Carrier('worker')
    carrier.award('a')
    carrier.admit('a')
    expect(only(carrier.fenced('origin', 'a'), 'halt')).toHaveLength(1)
    const after = carrier.step({ type: 'dropped', task: idOf('a'), ballot: ballot(), code: 'fenced' })
    expect(sent(after, 'stopped')).toHaveLength(1)
  })

  test('takes back what waits for market', () => {
    const carrier = new Carrier('origin')
    carrier.bear('a')
    const effects = carrier.fenced('origin', 'a', { code: 'cancelled' })
    expect(only(effects, 'withdrawn')).toHaveLength(1)
    expect(sent(effects, 'stopped')).toMatchObject([{ to: 'origin' }])
  })

  test('ends the commits of an outcome', () => {
    const carrier = new Carrier('worker')
    carrier.running('a')
    carrier.ended('a')
    expect(sent(carrier.fenced('origin', 'a'), 'stopped')).toHaveLength(1)
    expect(carrier.pass(10_000)).toEqual([])
  })

  test('of an earlier ballot is no fence of a later one', () => {
    const carrier = new Carrier('worker')
    carrier.running('a', { ballot: ballot(2) })
    expect(carrier.fenced('origin', 'a', { b: ballot(1), promised: ballot(2) })).toEqual([])
    expect(carrier.state('a')).toBe('running')
  })

  test('of what is not here is answered at once', () => {
    expect(sent(new Carrier('worker').fenced('origin', 'a'), 'stopped')).toMatchObject([{ to: 'origin' }])
  })

  test('of what was passed on is answered with where it went', () => {
    const carrier = new Carrier('w1')
    carrier.award('a', { alternates: [{ peer: 'w2', incarnation: 1 }] })
    carrier.admit('a', true)
    const effects = carrier.fenced('origin', 'a', { code: 'cancelled' })
    expect(sent(effects, 'stopped')).toEqual([])
    expect(sent(effects, 'bounce')).toMatchObject([{ to: 'origin', message: { to: { peer: 'w2' } } }])
  })

  test('of what has not come yet keeps it from being taken when it comes', () => {
    const carrier = new Carrier('worker')
    carrier.fenced('origin', 'a', { code: 'cancelled' })
    expect(carrier.award('a')).toEqual([{ type: 'rejected', from: 'origin', code: 'borne-before' }])
  })

  test('comes with a renewal that is refused', () => {
    const carrier = new Carrier('worker')
    carrier.running('a')
    const refused = [{ task: idOf('a'), ballot: ballot() }]
    const effects = carrier.message('origin', { t: 'renewed', seq: 1, again: false, refused })
    expect(only(effects, 'halt')).toMatchObject([{ code: 'fenced' }])
  })

  test('by one custodian of three is not enough', () => {
    const carrier = new Carrier('worker')
    carrier.running('a', { record: three('a') })
    expect(only(carrier.fenced('c1', 'a'), 'halt')).toEqual([])
  })
})

describe('a peer that leaves', () => {
  test('stops what runs and gives it up without an attempt, and lets outcomes go on', () => {
    const carrier = new Carrier('worker')
    for (const name of ['running', 'done']) carrier.running(name)
    carrier.ended('done')
    expect(carrier.step({ type: 'leave' })).toEqual([
      { type: 'halt', task: idOf('running'), ballot: ballot(), code: 'shutdown' },
    ])
    const after = carrier.ended('running', { end: 'stopped' })
    expect(sent(after, 'giveUp')).toMatchObject([{ message: { ran: false, code: 'shutdown' } }])
    expect(sent(carrier.pass(1_000), 'commit')).toMatchObject([{ message: { task: idOf('done') } }])
  })

  test('still commits a run that ended by itself', () => {
    const carrier = new Carrier('worker')
    carrier.running('a')
    carrier.step({ type: 'leave' })
    expect(sent(carrier.ended('a'), 'commit')).toHaveLength(1)
  })
})
