import type { Ballot, MessageOf } from '@souk/wire'
import { describe, expect, test } from 'vitest'
import { Cluster } from './cluster.ts'
import { ballot, ends, idOf, only, sent, told, vote, wallMs } from './fixtures.ts'
import { Keeper } from './keeper.ts'

const peers = ['p1', 'p2', 'p3', 'p4', 'p5']

/** Task `a`, not placed yet, with its custodians by rank. */
function waiting(over = {}) {
  const cluster = new Cluster(peers, ['origin', 'worker', 'other'])
  cluster.submit('origin', 'a', over)
  const [c1, c2, c3] = cluster.custodians('a') as [string, string, string]
  const cancel = (at: string, ask = 1) =>
    cluster.say('reader', at, { t: 'cancel', ask, task: idOf('a'), reason: 'changed my mind' })
  const heard = () =>
    cluster.letters.flatMap(({ to, message }) => (to === 'reader' && message.t === 'cancelled' ? [message.answer] : []))
  /** What readers were told of their cancels in the end; first each hears that it is being stopped. */
  const answers = () => heard().filter((answer) => answer !== 'stopping')
  return { cluster, c1, c2, c3, cancel, heard, answers }
}

function running(over = {}) {
  const all = waiting(over)
  all.cluster.handOver('origin', 'a', 'worker')
  all.cluster.pass(1_500)
  return all
}

describe('a cancel', () => {
  test('at any custodian stops the run, is confirmed, and is the outcome', () => {
    for (const rank of [0, 2]) {
      const { cluster, cancel, answers } = running()
      const at = cluster.custodians('a')[rank]!
      cancel(at)
      expect(cluster.runners('a')).toEqual([])
      expect(answers()).toEqual(['cancelled'])
      expect(cluster.site('origin').outcomeTold()).toMatchObject({ kind: 'cancelled', message: 'changed my mind' })
      expect(cluster.view(at, 'a')).toMatchObject({ state: 'closed' })
    }
  })

  test('is confirmed only when nothing of it runs', () => {
    const { cluster, c1, cancel, heard, answers } = running()
    cluster.site('worker').frozen = true
    cancel(c1)
    cluster.pass(1_000)
    expect([heard(), cluster.view(c1, 'a')?.state]).toEqual([['stopping'], 'ending'])
    cluster.finish('worker', 'a', { end: 'stopped' })
    expect(answers()).toEqual(['cancelled'])
  })

  test('whose bearer cannot be reached is confirmed when its lease must be over, and no sooner', () => {
    const { cluster, c1, cancel, answers } = running()
    cluster.loses = ({ from, to }) => from === 'worker' || to === 'worker'
    cancel(c1)
    cluster.pass(2_000)
    expect(answers()).toEqual([])
    cluster.pass(2_000)
    expect(answers()).toEqual(['cancelled'])
    expect(cluster.runners('a')).toEqual([])
  })

  test('of a task that waits for its place takes it back', () => {
    const { cluster, c1, cancel, answers } = waiting()
    cancel(c1)
    expect(cluster.waiters('a')).toEqual([])
    expect(answers()).toEqual(['cancelled'])
  })

  test('goes after a baton that was passed on, though no custodian was told', () => {
    const { cluster, c1, cancel, answers } = waiting()
    cluster.handOver('origin', 'a', 'worker')
    expect(cluster.view(c1, 'a')?.bearer).toBe('origin')
    cancel(c1)
    expect(cluster.sent('bounce')).toEqual([`origin>${c1}`])
    expect(cluster.runners('a')).toEqual([])
    expect(answers()).toEqual(['cancelled'])
  })

  test('at two custodians at once is one outcome, and both are answered', () => {
    const { cluster, c1, c2, c3, cancel, answers } = running()
    cluster.site('worker').frozen = true
    cancel(c1, 1)
    cancel(c2, 2)
    cluster.finish('worker', 'a', { end: 'stopped' })
    cluster.pass(10_000)
    expect(answers()).toEqual(['cancelled', 'cancelled'])
    const outcomes = [c1, c2, c3].map((peer) => JSON.stringify(cluster.view(peer, 'a')?.outcome))
    expect(new Set(outcomes).size).toBe(1)
  })

  test('that comes after an outcome was accepted loses, and is told so', () => {
    const { cluster, c1, c2, c3, cancel, answers } = running()
    // One custodian has accepted it, and the bearer is gone before it hears of that.
    cluster.loses = ({ from, to }) => from === 'worker' && to !== c1
    cluster.finish('worker', 'a')
    cluster.kill('worker')
    cluster.loses = () => false
    cancel(c1)
    cluster.pass(10_000)
    expect(answers()).toEqual(['closed-before'])
    for (const peer of [c1, c2, c3]) expect(cluster.view(peer, 'a')?.outcome?.kind).toBe('succeeded')
  })

  test('goes on when the custodian that undertook it is killed', () => {
    const { cluster, c1, c2, cancel } = running()
    cluster.site('worker').frozen = true
    cancel(c1)
    cluster.kill(c1, 'worker')
    cluster.pass(20_000)
    expect(cluster.view(c2, 'a')).toMatchObject({ state: 'closed', outcome: { kind: 'cancelled' } })
  })

  test('goes on after the custodian restarted', () => {
    const { cluster, c1, cancel } = running()
    cluster.site('worker').frozen = true
    cancel(c1)
    cluster.kill('worker', c1)
    cluster.restart(c1)
    expect(cluster.view(c1, 'a')?.state).toBe('ending')
    cluster.pass(20_000)
    expect(cluster.view(c1, 'a')).toMatchObject({ state: 'closed', outcome: { kind: 'cancelled' } })
  })

  test('of a task that is over, or is not kept here, is answered at once', () => {
    const { cluster, c1, cancel, answers } = running()
    cluster.finish('worker', 'a')
    cancel(c1)
    cancel(peers.find((peer) => !cluster.custodians('a').includes(peer))!)
    expect(answers()).toEqual(['closed-before', 'unknown'])
  })
})

describe('a task that expires', () => {
  test('ends so where it runs too long after it was submitted', () => {
    const { cluster } = running({ expiresMs: 5_000 })
    cluster.pass(2_000)
    expect(cluster.runners('a')).toEqual(['worker'])
    cluster.pass(3_000)
    expect(cluster.runners('a')).toEqual([])
    expect(cluster.site('origin').outcomeTold()).toMatchObject({ kind: 'expired' })
  })

  test('ends so by the next custodian where the first one is gone', () => {
    const { cluster, c1 } = running({ expiresMs: 5_000 })
    cluster.kill(c1)
    cluster.pass(10_000)
    expect(cluster.site('origin').outcomeTold()).toMatchObject({ kind: 'expired' })
  })

  test('ends so when its time is over by the wall clock, where a custodian has slept', () => {
    const { cluster, c1 } = running({ expiresMs: 60_000 })
    cluster.site(c1).onWall(wallMs + cluster.now + 40_000, cluster.now)
    cluster.pass(17_000)
    expect(cluster.runners('a')).toEqual(['worker'])
    cluster.pass(3_000)
    expect(cluster.runners('a')).toEqual([])
    expect(cluster.site('origin').outcomeTold()).toMatchObject({ kind: 'expired' })
  })

  test('does not where it had its outcome before', () => {
    const { cluster, c1 } = running({ expiresMs: 5_000 })
    cluster.finish('worker', 'a')
    cluster.pass(20_000)
    expect(cluster.view(c1, 'a')?.outcome?.kind).toBe('succeeded')
  })
})

describe('the fence of a cancel', () => {
  /** `c1` was told to cancel task `a`, which the worker bears, and has the promises of all. */
  function fencing() {
    const keeper = new Keeper()
    keeper.keep('a')
    keeper.renew('worker', 'a')
    keeper.cancel('reader', 'a')
    const effects = ['c1', 'c2'].flatMap((peer) =>
      keeper.message(peer, { t: 'promise', ...vote('a', ballot(2, 'c1')), attempts: [], begun: false, leftMs: 3_000 }),
    )
    return { keeper, effects }
  }
  /** The lease runs yet, and this one bears it. */
  const promise = (peer: string, b: Ballot): MessageOf<'promise'> => ({
    t: 'promise',
    ...vote('a', ballot(2, 'c1')),
    attempts: [],
    begun: false,
    leftMs: 3_000,
    borne: { ballot: b, bearer: { peer, incarnation: 1 }, runs: false },
  })
  const stopped = (b = ballot()) => ({ t: 'stopped', task: idOf('a'), ballot: b }) as const

  test('is final, and said again until it is answered', () => {
    const { keeper, effects } = fencing()
    const fence = { task: idOf('a'), ballot: ballot(), promised: ballot(2, 'c1'), code: 'cancelled', final: true }
    expect(sent(effects, 'fenced')).toMatchObject([{ to: 'worker', message: fence }])
    expect(told(keeper.pass(500), 'fenced')).toEqual(['worker'])
    expect(told(keeper.message('worker', stopped()), 'commit')).toHaveLength(3)
    expect(told(keeper.pass(400), 'fenced')).toEqual([])
  })

  test('is not answered by a stranger, nor by whoever a stranger points at, nor for an older ballot', () => {
    const { keeper } = fencing()
    const refusal = { code: 'no-room', never: false, detail: '' } as const
    const to = { peer: 'victim', incarnation: 1 }
    const effects = [
      ...keeper.message('mallory', stopped()),
      ...keeper.message('mallory', { t: 'bounce', task: idOf('a'), ballot: ballot(), to, refusal }),
      ...keeper.message('victim', stopped()),
      ...keeper.message('worker', stopped(ballot(0))),
    ]
    expect(told(effects, 'commit')).toEqual([])
    expect(only(effects, 'closed')).toEqual([])
  })

  test('goes to whoever bears it since, where the one that was known has stopped by itself', () => {
    const keeper = new Keeper()
    keeper.keep('a')
    keeper.renew('worker', 'a')
    keeper.cancel('reader', 'a')
    keeper.prepare('c1', 'a', ballot(2, 'c1'))
    keeper.giveUp('worker', 'a')
    keeper.message('c1', promise('worker', ballot()))
    const effects = keeper.message('c2', promise('other', ballot(2, 'c2')))
    expect([told(effects, 'fenced'), told(effects, 'commit')]).toEqual([['other'], []])
    expect(told(keeper.message('other', stopped(ballot(2, 'c2'))), 'commit')).toHaveLength(3)
  })

  test('of a task that was submitted twice goes to both: any of them may have its majority', () => {
    const keeper = new Keeper()
    // The higher of the two in the order of ballots, and known here alone.
    keeper.store('a', { b: ballot(1, 'second') })
    keeper.write()
    keeper.cancel('reader', 'a')
    keeper.message('c1', promise('second', ballot(1, 'second')))
    const fences = keeper.message('c2', promise('first', ballot(1, 'first')))
    expect(told(fences, 'fenced')).toEqual(['second', 'first'])
    expect(told(keeper.message('second', stopped(ballot(1, 'second'))), 'commit')).toEqual([])
    expect(told(keeper.message('first', stopped(ballot(1, 'first'))), 'commit')).toHaveLength(3)
  })

  test('comes before an earlier outcome is taken up, where a later run may be under way', () => {
    const keeper = new Keeper()
    keeper.keep('a')
    keeper.cancel('reader', 'a')
    const accepted = { ballot: ballot(), decree: ends() }
    keeper.message('c1', { ...promise('worker', ballot()), leftMs: 0, accepted })
    const effects = keeper.message('c2', promise('other', ballot(2, 'c2')))
    expect([told(effects, 'fenced'), told(effects, 'commit')]).toEqual([['other'], []])
    const commits = sent(keeper.message('other', stopped(ballot(2, 'c2'))), 'commit')
    expect(commits.map(({ message }) => message.decree)).toEqual([ends(), ends(), ends()])
  })

  test('waits for nobody whose own outcome was accepted', () => {
    const keeper = new Keeper()
    keeper.keep('a')
    keeper.cancel('reader', 'a')
    keeper.message('c1', promise('worker', ballot()))
    const accepted = { ballot: ballot(), decree: ends() }
    const effects = keeper.message('c2', { ...promise('worker', ballot()), leftMs: 0, accepted })
    expect([told(effects, 'fenced'), told(effects, 'commit')]).toEqual([[], ['c1', 'c2', 'c3']])
  })
})
