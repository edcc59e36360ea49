import type { MessageOf } from '@souk/wire'
import { describe, expect, test } from 'vitest'
import type { BearerEffect } from '../src/index.ts'
import { Carrier, renewing } from './carrier.ts'
import { ballot, decision, idOf, only, record, sent, taker, told, trio } from './fixtures.ts'

type Held = MessageOf<'renewed'>['refused']
/** All is well with what that sending held. */
const renewed = { t: 'renewed' as const, again: false, refused: [] as Held, lacking: [] as Held }

describe('an announcement', () => {
  test('tells every custodian of a run that is a tenth of a second old, and of that alone', () => {
    const carrier = new Carrier('worker')
    carrier.running('a')
    expect(carrier.pass(99)).toEqual([])
    const effects = carrier.pass(1)
    expect(told(effects, 'renew')).toEqual(trio)
    expect(sent(effects, 'renew')[0]!.message).toMatchObject({
      full: false,
      base: 0,
      adds: [{ task: idOf('a'), ballot: ballot(), state: 'running' }],
    })
    expect(sent(carrier.pass(800), 'renew')).toEqual([])
  })

  test('is not made of a run that is over by then', () => {
    const carrier = new Carrier('worker')
    carrier.running('a')
    carrier.ended('a')
    carrier.committed(trio, 'a')
    expect(told(carrier.pass(500), 'renew')).toEqual([])
  })

  test('tells how a place was chosen, in one message for all that were placed so', () => {
    const carrier = new Carrier('c1')
    const chosen = decision()
    for (const name of ['a', 'b']) carrier.bear(name)
    carrier.step({ type: 'decided', tasks: [idOf('a'), idOf('b')], decision: chosen })
    const notes = sent(carrier.pass(200), 'decided')
    expect(notes.map(({ to }) => to)).toEqual(['c2', 'c3'])
    expect(notes[0]!.message).toMatchObject({ decision: chosen, tasks: [{ task: idOf('a') }, { task: idOf('b') }] })
  })
})

describe('a lease', () => {
  test('of a bearer that no majority ever confirmed ends early: its custodians may not know of it', () => {
    const carrier = new Carrier('worker')
    carrier.running('a')
    const answer = renewing(carrier, ['c1'])
    expect(only(carrier.pass(1_400, answer), 'halt')).toEqual([])
    expect(only(carrier.pass(300, answer), 'halt')).toHaveLength(1)
  })

  test('that came with a baton is as old as the baton says', () => {
    const carrier = new Carrier('worker')
    carrier.running('a', { leaseAgeMs: 2_600 })
    expect(only(carrier.pass(450), 'halt')).toHaveLength(1)
  })

  test('that came with a baton is older by the time since this peer offered to take it', () => {
    const late = new Carrier('worker').at(10_000)
    expect(only(late.award('a', { leaseAgeMs: 100, offeredMs: 7_200 }), 'rejected')).toMatchObject([
      { code: 'lease-over' },
    ])
    const carrier = new Carrier('worker').at(10_000)
    carrier.running('a', { leaseAgeMs: 100, offeredMs: 7_500 })
    expect(only(carrier.pass(400), 'halt')).toHaveLength(1)
  })

  test('of a recovered task counts from when its promises were asked for, and is renewed accordingly', () => {
    const carrier = new Carrier('c1').at(2_500)
    carrier.bear('a', { leasedMs: 0 })
    carrier.keep('a')
    expect(only(carrier.pass(450), 'halt')).toHaveLength(1)
    const other = new Carrier('c1').at(1_500)
    other.bear('a', { leasedMs: 0 })
    expect(told(other.pass(1_000), 'renew')).toEqual(trio)
  })

  test('that is not confirmed in time stops the run, gives the baton up, and nothing resumes it', () => {
    const carrier = new Carrier('worker')
    carrier.running('a')
    carrier.pass(500, renewing(carrier, trio))
    const effects = carrier.pass(2_700)
    expect(only(effects, 'halt')).toEqual([{ type: 'halt', task: idOf('a'), ballot: ballot(), code: 'fenced' }])
    expect(only(effects, 'leaseLost')).toHaveLength(1)
    for (const { to, message } of sent(effects, 'renew')) carrier.message(to, { ...renewed, seq: message.seq })
    expect(only(carrier.pass(5_000, renewing(carrier, trio)), 'halt')).toEqual([])
    const after = carrier.ended('a', { end: 'stopped' })
    expect(sent(after, 'giveUp')[0]).toMatchObject({ message: { ran: true, code: 'lease-lost' } })
    expect([...sent(after, 'commit'), ...only(after, 'take')]).toEqual([])
    expect(carrier.state('a')).toBeUndefined()
  })

  test('counts from when the renewal that a majority confirmed was sent', () => {
    const carrier = new Carrier('worker')
    carrier.running('a')
    const sentAtSecond = sent(carrier.pass(1_000), 'renew').filter(({ message }) => message.full)
    carrier.at(2_700)
    for (const { to, message } of sentAtSecond.slice(0, 2)) carrier.message(to, { ...renewed, seq: message.seq })
    expect(only(carrier.pass(1_149), 'halt')).toEqual([])
    expect(only(carrier.pass(201), 'halt')).toHaveLength(1)
  })

  test('stands while a majority confirms it', () => {
    const carrier = new Carrier('worker')
    carrier.running('a')
    expect(only(carrier.pass(20_000, renewing(carrier, ['c1', 'c3'])), 'halt')).toEqual([])
    expect(only(carrier.pass(4_000, renewing(carrier, ['c1'])), 'halt')).toHaveLength(1)
  })

  test('of an outcome that no majority answers to is let go: it keeps no custodian from looking where it went', () => {
    const carrier = new Carrier('worker')
    carrier.running('a')
    carrier.pass(1_000, renewing(carrier, trio))
    carrier.ended('a')
    const answer = renewing(carrier, ['c1'])
    expect(told(carrier.pass(2_500, answer), 'renew')).toContain('c1')
    carrier.pass(1_000, answer)
    const effects = carrier.pass(5_000, answer)
    expect([told(effects, 'renew'), carrier.state('a')]).toEqual([[], 'committing'])
    expect(new Set(told(effects, 'commit'))).toEqual(new Set(trio))
  })

  test('is not confirmed by custodians that refuse it, or do not know the task', () => {
    const carrier = new Carrier('worker')
    carrier.running('a')
    carrier.pass(2_000, renewing(carrier, trio))
    const held = [{ task: idOf('a'), ballot: ballot() }]
    const grudging = (effect: BearerEffect) => {
      if (effect.type !== 'send' || effect.message.t !== 'renew') return
      const { seq } = effect.message
      if (effect.to === 'c1') carrier.message('c1', { ...renewed, seq, refused: held })
      else if (effect.to === 'c2') carrier.message('c2', { ...renewed, seq, lacking: held })
      else carrier.message('c3', { ...renewed, seq })
    }
    expect(only(carrier.pass(3_500, grudging), 'halt')).toHaveLength(1)
  })

  test('survives a new connection to its custodians, and custodians that ask for everything again', () => {
    const carrier = new Carrier('worker')
    carrier.running('a')
    carrier.pass(10_000, renewing(carrier, trio))
    for (const peer of trio) carrier.step({ type: 'connected', peer, incarnation: 1 })
    const effects = carrier.pass(1_000, renewing(carrier, trio))
    expect(sent(effects, 'renew')[0]).toMatchObject({ message: { base: 0, adds: [{ task: idOf('a') }] } })
    const last = sent(carrier.pass(1_000), 'renew')
    for (const { to, message } of last) carrier.message(to, { ...renewed, seq: message.seq, again: true })
    effects.push(...carrier.pass(10_000, renewing(carrier, trio)))
    expect(only(effects, 'halt')).toEqual([])
  })

  test('is not needed by the peer that alone keeps the task itself', () => {
    const carrier = new Carrier('origin')
    carrier.mesh.become('origin')
    carrier.bear('a', { record: record('a', {}, ['origin']) })
    expect(only(carrier.keep('a'), 'take')).toMatchObject([{ leased: false }])
    expect(carrier.pass(60_000)).toEqual([])
    expect(carrier.state('a')).toBe('queued')
  })

  test('of which a custodian knows nothing brings it the record', () => {
    const carrier = new Carrier('worker')
    carrier.running('a')
    carrier.pass(100)
    const lacking = [{ task: idOf('a'), ballot: ballot() }]
    const effects = carrier.message('c2', { ...renewed, seq: 2, lacking })
    expect(sent(effects, 'store')).toMatchObject([{ to: 'c2', message: { record: record('a'), ballot: ballot() } }])
    expect(carrier.message('mallory', { ...renewed, seq: 1, lacking })).toEqual([])
  })

  test('is told that a run may have begun only where one may have: whoever it was handed to asks for leave itself', () => {
    const once = record('a', { starts: 'at-most-once' })
    const lacking = [{ task: idOf('a'), ballot: ballot() }]
    const begunOf = (carrier: Carrier) =>
      sent(carrier.message('c2', { ...renewed, seq: 1, lacking }), 'store').map(({ message }) => message.begun)
    const carrier = new Carrier('origin')
    carrier.bear('a', { record: once })
    expect(begunOf(carrier)).toEqual([undefined])
    carrier.handOver('a', 'worker')
    expect(begunOf(carrier)).toEqual([undefined])
    const own = new Carrier('origin')
    own.bear('a', { record: once })
    own.keep('a')
    expect(begunOf(own)).toEqual([true])
  })
})

describe('a fence', () => {
  test('by a majority of custodians halts the run, and is answered to all of them once nothing of it runs', () => {
    const carrier = new Carrier('worker')
    carrier.running('a')
    expect(carrier.fenced(['c1', 'c1', 'mallory'], 'a')).toEqual([])
    const effects = carrier.fenced(['c2'], 'a', { code: 'cancelled' })
    expect(effects).toEqual([{ type: 'halt', task: idOf('a'), ballot: ballot(), code: 'cancelled' }])
    const after = carrier.ended('a', { end: 'stopped' })
    expect(told(after, 'stopped')).toEqual(trio)
    expect(sent(after, 'commit')).toEqual([])
  })

  test('that a custodian says is final needs no other', () => {
    const carrier = new Carrier('worker')
    carrier.running('a')
    expect(only(carrier.fenced(['mallory'], 'a', { final: true }), 'halt')).toEqual([])
    expect(only(carrier.fenced(['c3'], 'a', { final: true }), 'halt')).toHaveLength(1)
  })

  test('comes with renewals that a majority refuses', () => {
    const carrier = new Carrier('worker')
    carrier.running('a')
    const refused = [{ task: idOf('a'), ballot: ballot() }]
    const effects = ['c1', 'c3'].flatMap((peer) => carrier.message(peer, { ...renewed, seq: 1, refused }))
    expect(only(effects, 'halt')).toMatchObject([{ code: 'fenced' }])
  })

  test('takes back what waits in the queue, or for market', () => {
    const carrier = new Carrier('worker')
    carrier.award('a')
    carrier.admit('a')
    expect(only(carrier.fenced(['c1', 'c2'], 'a'), 'halt')).toHaveLength(1)
    const after = carrier.step({ type: 'dropped', task: idOf('a'), ballot: ballot(), code: 'fenced' })
    expect(told(after, 'stopped')).toEqual(trio)
    const placing = new Carrier('origin')
    placing.bear('b')
    const effects = placing.fenced(['c1', 'c2'], 'b')
    expect(only(effects, 'withdrawn')).toHaveLength(1)
    expect(told(effects, 'stopped')).toEqual(trio)
  })

  test('ends the commits of an outcome', () => {
    const carrier = new Carrier('worker')
    carrier.running('a')
    carrier.ended('a')
    expect(told(carrier.fenced(['c1', 'c2'], 'a'), 'stopped')).toEqual(trio)
    expect(told(carrier.pass(10_000), 'commit')).toEqual([])
  })

  test('of an earlier ballot is no fence of a later one', () => {
    const carrier = new Carrier('worker')
    const later = ballot(4, 'c1')
    carrier.award('a', { ballot: later, path: ['c1'] }, 'c1')
    carrier.admit('a')
    expect(carrier.fenced(trio, 'a', { b: ballot(1), promised: ballot(2, 'c2'), final: true })).toEqual([])
    expect(carrier.state('a')).toBe('queued')
  })

  test('that is final, of what is not here, is answered at once, and then it is not taken when it comes', () => {
    const carrier = new Carrier('worker')
    expect(carrier.fenced(['c1'], 'a')).toEqual([])
    expect(told(carrier.fenced(['c1'], 'a', { final: true }), 'stopped')).toEqual(['c1'])
    expect(carrier.award('a')).toEqual([{ type: 'rejected', from: 'origin', code: 'borne-before' }])
  })

  test('of what was passed on is answered with where it went', () => {
    const carrier = new Carrier('w1')
    carrier.award('a', { alternates: [taker('w2')] })
    carrier.admit('a', 'refuse')
    const effects = carrier.fenced(['c1'], 'a', { final: true })
    expect(sent(effects, 'stopped')).toEqual([])
    expect(sent(effects, 'bounce')).toMatchObject([{ to: 'c1', message: { to: { peer: 'w2' } } }])
  })
})
