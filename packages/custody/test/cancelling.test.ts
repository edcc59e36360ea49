import { describe, expect, test } from 'vitest'
import type { CustodianEffect } from '../src/index.ts'
import { ballot, idOf, only, self, sent } from './fixtures.ts'
import { Keeper } from './keeper.ts'

const leaseMs = 3_300

/** A keeper whose task `a` is borne by `worker`. */
function borne(): Keeper {
  const keeper = new Keeper()
  keeper.accepted('a')
  keeper.borneBy('worker', 'a')
  return keeper
}

const answers = (effects: CustodianEffect[]) =>
  sent(effects, 'cancelled').map(({ to, message }) => [to, message.answer])

describe('a cancel', () => {
  test('is a higher promise on disk before the bearer is told, and confirmed only when nothing of it runs', () => {
    const keeper = borne()
    const effects = keeper.cancel('reader', 'a')
    expect(only(effects, 'persist')).toMatchObject([{ writes: [{ value: { promised: ballot(2) } }] }])
    expect([...sent(effects, 'fenced'), ...answers(effects)]).toEqual([])
    const fenced = { task: idOf('a'), ballot: ballot(1), promised: ballot(2), code: 'cancelled' }
    expect(sent(keeper.write(), 'fenced')).toMatchObject([{ to: 'worker', message: fenced }])
    expect(answers(keeper.stopped('worker', 'a', ballot()))).toEqual([])
    const after = keeper.write()
    expect(answers(after)).toEqual([['reader', 'cancelled']])
    expect(only(after, 'closed')).toMatchObject([{ outcome: { kind: 'cancelled', message: 'changed my mind' } }])
  })

  test('while the submit is on its way to the disk comes after it', () => {
    const keeper = new Keeper()
    keeper.submit('a')
    expect(keeper.cancel('reader', 'a')).toEqual([])
    const stored = keeper.write()
    expect(only(stored, 'accepted')).toHaveLength(1)
    expect(only(stored, 'durable')).toEqual([])
    expect(sent(keeper.write(), 'fenced')).toMatchObject([{ to: self }])
    keeper.stopped(self, 'a', ballot())
    expect(answers(keeper.write())).toEqual([['reader', 'cancelled']])
  })

  test('while the submit is on its way takes the baton back, wherever market meant it to go', () => {
    const keeper = new Keeper()
    keeper.submit('a')
    keeper.decided('a', 'worker')
    keeper.cancel('reader', 'a')
    expect(only(keeper.write(), 'void')).toEqual([{ type: 'void', task: idOf('a') }])
  })

  test('of a task that waits here ends at this peer', () => {
    const keeper = new Keeper()
    keeper.accepted('a')
    keeper.cancel('reader', 'a')
    expect(sent(keeper.write(), 'fenced')).toMatchObject([{ to: self, message: { ballot: ballot(1) } }])
  })

  test('of a task that was offered goes to whoever it was offered to', () => {
    const keeper = new Keeper()
    keeper.accepted('a')
    keeper.decided('a', 'worker')
    keeper.cancel('reader', 'a')
    expect(sent(keeper.write(), 'fenced')).toMatchObject([{ to: 'worker' }])
  })

  test('reaches whoever market chose while the promise was on its way', () => {
    const keeper = new Keeper()
    keeper.accepted('a')
    keeper.cancel('reader', 'a')
    keeper.decided('a', 'worker')
    expect(sent(keeper.write(), 'fenced')).toMatchObject([{ to: 'worker' }])
  })

  test('whose bearer is gone is confirmed when its lease is over', () => {
    const keeper = borne()
    keeper.cancel('reader', 'a')
    keeper.write()
    expect(keeper.pass(leaseMs - 1)).toEqual([])
    keeper.pass(1)
    expect(answers(keeper.write())).toEqual([['reader', 'cancelled']])
  })

  test('whose bearer restarted is confirmed at once', () => {
    const keeper = borne()
    keeper.cancel('reader', 'a')
    keeper.write()
    keeper.step({ type: 'bearerRestarted', peer: 'worker', incarnation: 2 })
    expect(answers(keeper.write())).toEqual([['reader', 'cancelled']])
  })

  test('fences the commit that comes too late, and whoever renews', () => {
    const keeper = borne()
    keeper.cancel('reader', 'a')
    keeper.write()
    expect(sent(keeper.commit('worker', 'a'), 'fenced')).toMatchObject([{ message: { code: 'cancelled' } }])
    expect(sent(keeper.renew('worker', 'a'), 'renewed')).toMatchObject([
      { message: { refused: [{ task: idOf('a') }] } },
    ])
  })

  test('that comes while the outcome is being written loses, and is told so', () => {
    const keeper = borne()
    keeper.commit('worker', 'a')
    expect(keeper.cancel('reader', 'a')).toEqual([])
    const after = keeper.write()
    expect(answers(after)).toEqual([['reader', 'closed-before']])
    expect(only(after, 'closed')).toMatchObject([{ outcome: { kind: 'succeeded' } }])
  })

  test('of a closed task, or one that is not kept here, is answered at once', () => {
    const keeper = borne()
    keeper.commit('worker', 'a')
    keeper.write()
    expect(answers(keeper.cancel('reader', 'a'))).toEqual([['reader', 'closed-before']])
    expect(answers(keeper.cancel('reader', 'unknown'))).toEqual([['reader', 'unknown']])
  })

  test('twice is one cancel with two answers', () => {
    const keeper = borne()
    keeper.cancel('reader', 'a', 1)
    expect(keeper.cancel('other', 'a', 2)).toEqual([])
    keeper.write()
    keeper.giveUp('worker', 'a', ballot(), { ran: false })
    expect(answers(keeper.write())).toEqual([
      ['reader', 'cancelled'],
      ['other', 'cancelled'],
    ])
  })

  test('whose promise the disk refused is tried again', () => {
    const keeper = borne()
    keeper.cancel('reader', 'a')
    expect(sent(keeper.refuse(), 'fenced')).toEqual([])
    keeper.pass(1_000)
    expect(sent(keeper.write(), 'fenced')).toHaveLength(1)
  })

  test('is not confirmed by somebody who stopped under an earlier ballot', () => {
    const keeper = borne()
    keeper.pass(leaseMs)
    keeper.write()
    keeper.borneBy('other', 'a', ballot(2))
    keeper.cancel('reader', 'a')
    keeper.write()
    keeper.stopped('worker', 'a', ballot(1))
    keeper.giveUp('worker', 'a', ballot(1), { code: 'lease-lost' })
    expect(answers(keeper.write())).toEqual([])
    keeper.stopped('other', 'a', ballot(2))
    expect(answers(keeper.write())).toEqual([['reader', 'cancelled']])
  })

  test('follows the baton when it is bounced meanwhile', () => {
    const keeper = new Keeper()
    keeper.accepted('a')
    keeper.decided('a', 'w1', 1, ['w2'])
    keeper.cancel('reader', 'a')
    keeper.write()
    keeper.message('w1', {
      t: 'bounce',
      task: idOf('a'),
      ballot: ballot(),
      to: { peer: 'w2', incarnation: 1 },
      refusal: { code: 'no-room', never: false, detail: '' },
    })
    expect(sent(keeper.accept('w2', 'a'), 'fenced')).toMatchObject([{ to: 'w2' }])
  })

  test('whose bearer is gone ends also when the disk refused its outcome once', () => {
    const keeper = borne()
    keeper.cancel('reader', 'a')
    keeper.write()
    keeper.pass(leaseMs)
    keeper.refuse()
    for (let i = 0; i < 10; i++) {
      keeper.pass(leaseMs)
      keeper.write()
    }
    expect(keeper.view('a')?.state).toBe('closed')
  })

  test('after a restart is not confirmed before whoever bears it has stopped or lost its lease', () => {
    const next = borne().restarted()
    next.cancel('reader', 'a')
    next.write()
    expect(answers(next.write())).toEqual([])
  })
})
