import { describe, expect, test } from 'vitest'
import { ballot, idOf, next, only, record, sent, told, versionOf, vote, wallMs } from './fixtures.ts'
import { alone, Keeper } from './keeper.ts'
import { TestMesh } from './test-mesh.ts'

/** a lease and the grace after it */
const leaseMs = 3_300

function keeping(over = {}): Keeper {
  const keeper = new Keeper()
  keeper.keep('a', over)
  return keeper
}

describe('a renewal', () => {
  test('says who bears a task and what it does with it, and extends the lease', () => {
    const keeper = keeping()
    for (let seq = 1; seq <= 6; seq++) {
      expect(told(keeper.pass(1_000), 'leaseAsk')).toEqual([])
      expect(sent(keeper.renew('worker', 'a', { seq }), 'renewed')).toMatchObject([
        { to: 'worker', message: { seq, again: false, refused: [], lacking: [] } },
      ])
    }
    expect(keeper.view('a')).toMatchObject({ bearer: 'worker', state: 'running' })
    expect(told(keeper.pass(leaseMs - 1), 'leaseAsk')).toEqual([])
    expect(told(keeper.pass(1), 'leaseAsk')).toHaveLength(2)
  })

  test('whose base is unknown extends nothing: it is to be said all again', () => {
    const keeper = keeping()
    keeper.renew('worker', 'a')
    const next = keeper.restarted()
    const [answer] = sent(next.at(1_000).renew('worker', 'a', { seq: 2 }), 'renewed')
    expect(answer).toMatchObject({ message: { seq: 2, again: true } })
    next.at(2_000).renew('worker', 'a', { seq: 3, base: 0 })
    expect(next.view('a')).toMatchObject({ bearer: 'worker', state: 'running' })
    expect(told(next.pass(leaseMs - 1), 'leaseAsk')).toEqual([])
  })

  test('that is an announcement extends what it adds, and nothing else', () => {
    const keeper = keeping()
    keeper.keep('b')
    keeper.renew('worker', 'a')
    const adds = [{ ...vote('b'), state: 'running' as const }]
    keeper.at(2_000)
    keeper.message('worker', { t: 'renew', seq: 2, base: 1, incarnation: 1, full: false, adds, removes: [] })
    const asked = sent(keeper.pass(1_400), 'leaseAsk').map(({ message }) => message.task)
    expect(new Set(asked)).toEqual(new Set([idOf('a')]))
  })

  test('of an older ballot is refused, and again with the next one, should that be lost', () => {
    const keeper = keeping()
    keeper.renew('worker', 'a')
    keeper.prepare('c2', 'a', ballot(2, 'c2'))
    const refused = [{ task: idOf('a'), ballot: ballot() }]
    expect(sent(keeper.renew('worker', 'a', { seq: 2 }), 'renewed')).toMatchObject([{ message: { refused } }])
    expect(sent(keeper.renew('worker', 'a', { seq: 3 }), 'renewed')).toMatchObject([{ message: { refused } }])
    expect(sent(keeper.renew('worker', 'a', { seq: 4, base: 0 }), 'renewed')).toMatchObject([{ message: { refused } }])
  })

  test('of a task that is not known here is lacking with every answer, until its bearer takes it back', () => {
    const keeper = keeping()
    const lacking = [{ task: idOf('z'), ballot: ballot() }]
    for (const seq of [1, 2, 3])
      expect(sent(keeper.renew('worker', 'z', { seq }), 'renewed')).toMatchObject([{ message: { lacking } }])
    const back = { t: 'renew' as const, seq: 4, base: 3, incarnation: 1, full: true, adds: [], removes: lacking }
    expect(sent(keeper.message('worker', back), 'renewed')).toMatchObject([
      { message: { seq: 4, again: false, lacking: [] } },
    ])
  })

  test('of more tasks than can be kept here is believed in nothing', () => {
    const keeper = new Keeper({ openMax: 10 })
    const say = (seq: number, count: number) => {
      const adds = Array.from({ length: count }, (_, i) => ({
        task: `${seq}.${i}`,
        version: versionOf(1),
        ballot: ballot(),
        state: 'running' as const,
      }))
      const said = { t: 'renew' as const, seq, base: seq - 1, incarnation: 1, full: false, adds, removes: [] }
      return sent(keeper.message('worker', said), 'renewed')[0]!.message.again
    }
    expect([say(1, 1_000), say(2, 34), say(3, 1), say(4, 1)]).toEqual([false, false, true, true])
  })

  test('of a higher ballot than was promised here is news: a majority of the others promised it', () => {
    const keeper = keeping()
    expect(sent(keeper.renew('c2', 'a', { b: ballot(2, 'c2') }), 'renewed')[0]!.message.refused).toEqual([])
    keeper.write()
    expect(keeper.restarted().view('a')?.ballot).toEqual(ballot(2, 'c2'))
    expect(sent(keeper.commit('worker', 'a'), 'fenced')).toHaveLength(1)
  })

  test('of an earlier ballot than its own peer began with a submit that came to nothing is refused', () => {
    const keeper = new Keeper()
    keeper.store('a', { b: ballot(1, 'worker') })
    keeper.write()
    const refused = [{ task: idOf('a'), ballot: ballot() }]
    expect(sent(keeper.renew('worker', 'a'), 'renewed')).toMatchObject([{ message: { refused } }])
    expect(told(keeper.pass(leaseMs), 'leaseAsk')).toHaveLength(2)
  })

  test('of another version changes nothing here: a later one is lacking, any other is refused', () => {
    const answer = (version: number) => {
      const keeper = keeping()
      const [renewed] = sent(keeper.renew('c2', 'a', { b: ballot(2, 'c2'), version }), 'renewed')
      keeper.write()
      expect(keeper.view('a')?.ballot).toEqual(ballot())
      return renewed!.message
    }
    const held = [{ task: idOf('a'), ballot: ballot(2, 'c2') }]
    expect(answer(versionOf(1, ['c1', 'c2', 'c4']))).toMatchObject({ refused: held, lacking: [] })
    expect(answer(versionOf(2, ['c1', 'c2', 'c4']))).toMatchObject({ refused: [], lacking: held })
  })

  test('is not cut short by what its bearer says of another ballot of the task', () => {
    const keeper = keeping()
    keeper.renew('worker', 'a')
    keeper.giveUp('worker', 'a', ballot(2, 'c2'), { ran: false, code: 'stopping' })
    keeper.at(2_000).renew('worker', 'a', { seq: 2 })
    expect(told(keeper.pass(leaseMs - 1), 'leaseAsk')).toEqual([])
  })

  test('of an outcome that is not accepted here is refused like any other', () => {
    const keeper = keeping()
    keeper.renew('worker', 'a')
    keeper.prepare('c2', 'a', ballot(2, 'c2'))
    expect(sent(keeper.commit('worker', 'a'), 'fenced')).toHaveLength(1)
    const refused = [{ task: idOf('a'), ballot: ballot() }]
    expect(sent(keeper.renew('worker', 'a', { seq: 2 }), 'renewed')).toMatchObject([{ message: { refused } }])
  })

  test('of an unknown task is lacking here, and of a closed one refused, but for the one that closed it', () => {
    const keeper = keeping()
    const answer = (name: string, b = ballot()) =>
      sent(keeper.renew('worker', name, { b, base: 0 }), 'renewed')[0]!.message
    expect(answer('z')).toMatchObject({ lacking: [{ task: idOf('z') }], refused: [] })
    keeper.close('a')
    expect(answer('a')).toMatchObject({ lacking: [], refused: [] })
    expect(answer('a', ballot(0))).toMatchObject({ refused: [{ task: idOf('a') }] })
  })
})

describe('a baton given up', () => {
  test('ends the lease at once, with an attempt if it ran', () => {
    const keeper = keeping()
    keeper.renew('worker', 'a')
    keeper.at(100).giveUp('worker', 'a', ballot(), { code: 'exit' })
    expect(keeper.view('a')?.attempts).toMatchObject([{ host: 'worker', code: 'exit', ballot: ballot() }])
    expect(told(keeper.pass(0), 'leaseAsk')).toEqual(['c2', 'c3'])
    const prepare = sent(keeper.message('c2', { t: 'leaseTold', ...vote('a'), leftMs: 0 }), 'prepare')
    expect(prepare[0]!.message.attempts).toMatchObject([{ code: 'exit' }])
  })

  test('without a run is no attempt', () => {
    const keeper = keeping()
    keeper.giveUp('worker', 'a', ballot(), { ran: false, code: 'draining' })
    expect(keeper.view('a')?.attempts).toEqual([])
    keeper.pass(0)
    const prepare = sent(keeper.message('c2', { t: 'leaseTold', ...vote('a'), leftMs: 0 }), 'prepare')
    expect(prepare[0]!.message.attempts).toEqual([])
  })

  test('with a checkpoint is told to whoever takes the task up, and on disk with that promise', () => {
    const keeper = keeping()
    const checkpoint = { path: 'at', blob: { hash: 'a'.repeat(64), sizeBytes: 9 }, mode: 0o644 }
    const said = { t: 'giveUp', ...vote('a'), ran: true, code: 'checkpointed', message: '', checkpoint } as const
    keeper.message('worker', said)
    const left = [{ host: 'worker', code: 'checkpointed', checkpoint }]
    expect(keeper.view('a')?.attempts).toMatchObject(left)
    keeper.pass(0)
    const asked = sent(keeper.message('c2', { t: 'leaseTold', ...vote('a'), leftMs: 0 }), 'prepare')
    expect(asked[0]!.message.attempts).toMatchObject(left)
    keeper.prepare('c1', 'a', asked[0]!.message.ballot, { aim: 'run', attempts: asked[0]!.message.attempts })
    keeper.write()
    expect(keeper.restarted().view('a')?.attempts).toMatchObject(left)
    expect([...keeper.custodian.tasks()]).toMatchObject([{ attempts: left, outcome: undefined }])
  })

  test('under an older ballot, or after an outcome was accepted, changes nothing', () => {
    const keeper = keeping()
    keeper.prepare('c2', 'a', ballot(2, 'c2'))
    keeper.giveUp('worker', 'a')
    const accepting = keeping()
    accepting.commit('worker', 'a')
    accepting.giveUp('worker', 'a')
    for (const { custodian } of [keeper, accepting]) expect(custodian.nextWakeup()).toBe(leaseMs)
    for (const each of [keeper, accepting]) expect(each.view('a')?.attempts).toEqual([])
  })

  test('while its next custodians are accepted counts for them', () => {
    const keeper = keeping()
    keeper.commit('worker', 'a', ballot(), next(['c1', 'c2', 'c4']))
    keeper.giveUp('worker', 'a')
    expect(keeper.custodian.nextWakeup()).toBe(0)
    expect(keeper.view('a')?.attempts).toMatchObject([{ host: 'worker', code: 'exit' }])
  })
})

describe('a bearer', () => {
  test('that comes back in another life has lost what it bore before', () => {
    const keeper = keeping()
    keeper.keep('b')
    keeper.renew('worker', 'a')
    keeper.step({ type: 'bearerRestarted', peer: 'worker', incarnation: 1 })
    expect(told(keeper.pass(0), 'leaseAsk')).toEqual([])
    keeper.step({ type: 'bearerRestarted', peer: 'worker', incarnation: 2 })
    expect(sent(keeper.pass(0), 'leaseAsk').map(({ message }) => message.task)).toEqual([idOf('a'), idOf('a')])
  })

  test('that comes back in another life may have passed on what it did not say that it runs', () => {
    const keeper = keeping()
    keeper.keep('b')
    keeper.renew('origin', 'b', { state: 'waiting' })
    keeper.step({ type: 'bearerRestarted', peer: 'origin', incarnation: 2 })
    expect(told(keeper.pass(leaseMs - 1), 'leaseAsk')).toEqual([])
    expect(sent(keeper.pass(1), 'leaseAsk').map(({ message }) => message.task)).toEqual([
      idOf('a'),
      idOf('a'),
      idOf('b'),
      idOf('b'),
    ])
  })

  test('that was only waiting when it vanished costs no attempt', () => {
    const keeper = keeping()
    keeper.renew('origin', 'a', { state: 'waiting' })
    keeper.pass(leaseMs)
    const prepare = sent(keeper.message('c2', { t: 'leaseTold', ...vote('a'), leftMs: 0 }), 'prepare')
    expect(prepare[0]!.message.attempts).toEqual([])
  })

  test('that is this very life, and alone keeps the task, needs no lease', () => {
    const keeper = alone()
    keeper.keep('a', {}, ['origin'])
    keeper.decided('a', 'origin')
    expect(only(keeper.pass(9_000), 'send')).toEqual([])
    expect(keeper.view('a')).toMatchObject({ state: 'queued', ballot: ballot(), attempts: [] })
  })

  test('that is this very life needs one where another began the ballot: its bearer counts one, too, and may let it run out', () => {
    const keeper = new Keeper({}, { mesh: new TestMesh('c1') })
    keeper.keep('a', {}, ['c1'])
    keeper.renew('c1', 'a', { state: 'waiting' })
    expect(sent(keeper.pass(leaseMs - 1), 'prepare')).toEqual([])
    expect(sent(keeper.pass(1), 'prepare')).toMatchObject([{ to: 'c1', message: { ballot: ballot(2, 'c1') } }])
  })

  test('that took its only keeper down has used an attempt, without waiting for a lease', () => {
    const keeper = alone()
    keeper.keep('a', {}, ['origin'])
    keeper.step({ type: 'began', task: idOf('a'), ballot: ballot() })
    keeper.write()
    const next = keeper.restarted()
    const prepare = sent(next.pass(0), 'prepare')
    expect(prepare).toMatchObject([
      { to: 'origin', message: { ballot: ballot(2, 'origin', 2), attempts: [{ host: 'origin', code: 'vanished' }] } },
    ])
  })
})

test('after a restart an open task is recovered after a lease, under a ballot of the new life', () => {
  const next = keeping().restarted()
  expect(told(next.pass(leaseMs - 1), 'leaseAsk')).toEqual([])
  expect(told(next.pass(1), 'leaseAsk')).toEqual(['c2', 'c3'])
  const prepare = sent(next.message('c3', { t: 'leaseTold', ...vote('a'), leftMs: 0 }), 'prepare')
  expect(prepare[0]!.message.ballot).toEqual(ballot(2, 'c1', 2))
})

test('a run goes on since it was first told, whoever comes to keep its task meanwhile', () => {
  const keeper = new Keeper()
  keeper.keep('a')
  keeper.renew('worker', 'a')
  keeper.at(50_000).store('a', { record: record('a', {}, ['c1', 'c2', 'c4'], 2), b: ballot(3, 'worker') })
  keeper.write()
  keeper.renew('worker', 'a', { b: ballot(3, 'worker') })
  const runs = keeper.view('a')!.timeline.filter(({ event }) => event === 'running')
  expect(runs).toMatchObject([{ wallMs }])
})
