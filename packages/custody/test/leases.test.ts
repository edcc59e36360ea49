import { describe, expect, test } from 'vitest'
import { ballot, idOf, only, sent } from './fixtures.ts'
import { Keeper } from './keeper.ts'

const leaseMs = 3_300

describe('a lease', () => {
  test('that runs out is written down as a new ballot, and only then borne', () => {
    const keeper = new Keeper()
    keeper.accepted('a')
    keeper.borneBy('worker', 'a')
    expect(keeper.pass(leaseMs - 1)).toEqual([])
    const effects = keeper.pass(1)
    expect(effects.map((e) => e.type)).toEqual(['persist'])
    const [write] = only(effects, 'persist')
    expect(write!.writes).toMatchObject([{ value: { promised: ballot(2), attempts: [{ code: 'vanished' }] } }])
    expect(only(keeper.write(), 'bear')).toMatchObject([{ ballot: ballot(2), attempts: [{ host: 'worker' }] }])
  })

  test('is extended by renewals that name the task, and by those that change nothing', () => {
    const keeper = new Keeper()
    keeper.accepted('a')
    keeper.borneBy('worker', 'a')
    for (let seq = 1; seq <= 6; seq++) {
      expect(keeper.pass(1_000)).toEqual([])
      expect(sent(keeper.renew('worker', 'a', { seq }), 'renewed')).toMatchObject([
        { to: 'worker', message: { seq, again: false, refused: [] } },
      ])
    }
    expect(keeper.pass(leaseMs - 1)).toEqual([])
    expect(only(keeper.pass(1), 'persist')).toHaveLength(1)
  })

  test('is not extended by a renewal whose base is unknown: it is asked to say all again', () => {
    const keeper = new Keeper()
    keeper.accepted('a')
    keeper.borneBy('worker', 'a')
    keeper.at(3_000)
    expect(sent(keeper.renew('worker', 'a', { seq: 5, base: 4 }), 'renewed')).toMatchObject([
      { message: { seq: 5, again: true } },
    ])
    expect(only(keeper.pass(300), 'persist')).toHaveLength(1)
  })

  test('is refused to whoever holds an older ballot', () => {
    const keeper = new Keeper()
    keeper.accepted('a')
    keeper.borneBy('worker', 'a')
    keeper.pass(leaseMs)
    keeper.write()
    expect(sent(keeper.renew('worker', 'a'), 'renewed')).toMatchObject([
      { message: { again: false, refused: [{ task: idOf('a'), ballot: ballot(1) }] } },
    ])
  })

  test('is refused again with the next renewal, should the first refusal be lost', () => {
    const keeper = new Keeper()
    keeper.accepted('a')
    keeper.borneBy('worker', 'a')
    keeper.renew('worker', 'a', { seq: 1 })
    keeper.cancel('reader', 'a')
    keeper.write()
    expect(sent(keeper.renew('worker', 'a', { seq: 2 }), 'renewed')).toMatchObject([
      { message: { refused: [{ task: idOf('a') }] } },
    ])
  })

  test('of a baton that nobody has accepted yet lasts as long as it may still be taken', () => {
    const keeper = new Keeper()
    keeper.accepted('a')
    keeper.decided('a', 'worker')
    expect(keeper.pass(6_299)).toEqual([])
    expect(only(keeper.pass(1), 'persist')).toHaveLength(1)
  })

  test('is not refused while the outcome is being written', () => {
    const keeper = new Keeper()
    keeper.accepted('a')
    keeper.borneBy('worker', 'a')
    keeper.commit('worker', 'a')
    expect(sent(keeper.renew('worker', 'a'), 'renewed')).toMatchObject([{ message: { refused: [] } }])
  })

  test('of a baton that nobody accepted costs no attempt', () => {
    const keeper = new Keeper()
    keeper.accepted('a', { attemptsMax: 1 })
    keeper.decided('a', 'worker')
    keeper.pass(3 * leaseMs)
    expect(only(keeper.write(), 'bear')).toMatchObject([{ ballot: ballot(2), attempts: [] }])
  })

  test('passes with a bounce to the next, and an accept from it counts', () => {
    const keeper = new Keeper()
    keeper.accepted('a')
    keeper.decided('a', 'w1', 1, ['w2'])
    keeper.at(3_000).message('w1', {
      t: 'bounce',
      task: idOf('a'),
      ballot: ballot(),
      to: { peer: 'w2', incarnation: 1 },
      refusal: { code: 'no-room', never: false, detail: '' },
    })
    expect(keeper.view('a')).toMatchObject({ bearer: 'w2', state: 'offered' })
    keeper.at(6_000).accept('w2', 'a')
    expect(keeper.view('a')).toMatchObject({ bearer: 'w2', state: 'queued' })
    expect(keeper.pass(leaseMs - 1)).toEqual([])
  })

  test('ends at once when its bearer comes back in another life', () => {
    const keeper = new Keeper()
    keeper.accepted('a')
    keeper.accepted('b')
    keeper.borneBy('worker', 'a')
    keeper.borneBy('other', 'b')
    expect(keeper.step({ type: 'bearerRestarted', peer: 'worker', incarnation: 1 })).toEqual([])
    expect(only(keeper.step({ type: 'bearerRestarted', peer: 'worker', incarnation: 2 }), 'persist')).toHaveLength(1)
    expect(only(keeper.write(), 'bear')).toMatchObject([{ record: { id: idOf('a') }, ballot: ballot(2) }])
  })

  test('is not counted for what this peer itself bears', () => {
    const keeper = new Keeper()
    keeper.accepted('a')
    keeper.accepted('b')
    keeper.decided('b', 'origin')
    expect(keeper.pass(60_000).filter((e) => e.type !== 'persist')).toEqual([])
    expect(keeper.view('a')?.ballot).toEqual(ballot())
    expect(keeper.view('b')?.ballot).toEqual(ballot())
  })

  test('that runs out again and again ends in quarantine', () => {
    const keeper = new Keeper()
    keeper.accepted('a', { attemptsMax: 3 })
    for (let counter = 1; counter <= 3; counter++) {
      keeper.borneBy(`w${counter}`, 'a', ballot(counter))
      keeper.pass(leaseMs)
      const after = keeper.write()
      expect(only(after, 'bear')).toHaveLength(counter < 3 ? 1 : 0)
      if (counter < 3) continue
      expect(only(after, 'closed')).toMatchObject([{ outcome: { kind: 'quarantined', attempts: [{}, {}, {}] } }])
    }
  })
})

describe('after a restart', () => {
  test('an open task is recovered after a lease under a higher ballot of the new life', () => {
    const keeper = new Keeper()
    keeper.accepted('a')
    keeper.borneBy('worker', 'a')
    const next = keeper.restarted(2)
    expect(next.pass(leaseMs - 1)).toEqual([])
    expect(only(next.pass(1), 'persist')).toHaveLength(1)
    expect(only(next.write(), 'bear')).toMatchObject([{ ballot: ballot(2, 2), durable: true }])
  })

  test('a bearer that renews keeps it, and its commit counts', () => {
    const keeper = new Keeper()
    keeper.accepted('a')
    keeper.borneBy('worker', 'a')
    keeper.renew('worker', 'a', { seq: 1 })
    const next = keeper.restarted(2)
    next.at(1_000)
    expect(sent(next.renew('worker', 'a', { seq: 2, base: 1 }), 'renewed')).toMatchObject([
      { message: { again: true } },
    ])
    next.at(2_000).renew('worker', 'a', { seq: 3, base: 0 })
    expect(next.at(4_000).wake()).toEqual([])
    expect(next.view('a')).toMatchObject({ bearer: 'worker', state: 'running' })
    next.commit('worker', 'a')
    expect(only(next.write(), 'closed')).toHaveLength(1)
  })

  test('a promise that was written is not given again', () => {
    const keeper = new Keeper()
    keeper.accepted('a')
    keeper.borneBy('worker', 'a')
    keeper.pass(leaseMs)
    keeper.write()
    const next = keeper.restarted(2)
    expect(sent(next.commit('worker', 'a', ballot(1)), 'fenced')).toHaveLength(1)
    next.pass(leaseMs)
    expect(only(next.write(), 'bear')).toMatchObject([{ ballot: ballot(3, 2) }])
  })

  test('what was not written never was', () => {
    const keeper = new Keeper()
    keeper.submit('a')
    const next = keeper.restarted()
    expect(next.view('a')).toBeUndefined()
    expect(next.pass(10_000)).toEqual([])
  })

  test('a closed task stays closed with its outcome', () => {
    const keeper = new Keeper()
    keeper.accepted('a')
    keeper.borneBy('worker', 'a')
    keeper.commit('worker', 'a')
    keeper.write()
    const next = keeper.restarted()
    expect(next.pass(10_000)).toEqual([])
    expect(next.view('a')).toMatchObject({ state: 'closed', outcome: { kind: 'succeeded' } })
    expect(sent(next.commit('worker', 'a'), 'committed')).toHaveLength(1)
    expect(sent(next.commit('other', 'a', ballot(0)), 'fenced')).toHaveLength(1)
  })

  test('a cancel goes on, once whoever had it must have stopped', () => {
    const keeper = new Keeper()
    keeper.accepted('a')
    keeper.borneBy('worker', 'a')
    keeper.cancel('reader', 'a')
    keeper.write()
    const next = keeper.restarted()
    expect(next.view('a')?.state).toBe('ending')
    expect(next.pass(leaseMs - 1)).toEqual([])
    expect(only(next.pass(1), 'persist')).toHaveLength(1)
    expect(only(next.write(), 'closed')).toMatchObject([{ outcome: { kind: 'cancelled' } }])
  })

  test('a task that this peer ran itself has used an attempt, without waiting for a lease', () => {
    let keeper = new Keeper()
    keeper.accepted('a', { attemptsMax: 2 })
    for (let life = 2; life <= 3; life++) {
      keeper.decided('a', 'origin', life - 1)
      keeper.step({ type: 'began', task: idOf('a'), ballot: keeper.view('a')!.ballot })
      keeper.write()
      keeper = keeper.restarted(life)
      keeper.pass(0)
      keeper.write()
    }
    expect(keeper.view('a')).toMatchObject({ state: 'closed', outcome: { kind: 'quarantined' } })
  })
})
