import { describe, expect, test } from 'vitest'
import { Cluster } from './cluster.ts'
import { ballot, only, sent, told, vote } from './fixtures.ts'
import type { Keeper } from './keeper.ts'
import { lapsed, leaseMs, own, promised, renewed } from './recovery.ts'

/** `c1` has promised its own ballot and asks the others for theirs. */
function contending(): Keeper {
  const keeper = renewed()
  keeper.pass(leaseMs)
  const [prepare] = sent(lapsed(keeper, 'c2'), 'prepare')
  const [promise] = sent(keeper.written('c1', prepare!.message), 'promise')
  expect(told(keeper.message('c1', promise!.message), 'prepare')).toEqual(['c2', 'c3'])
  return keeper
}

const higher = ballot(2, 'c2')

describe('a custodian that takes a task up', () => {
  test('gives way at once to a higher ballot, as long as no majority has promised its own, and never bears it then', () => {
    const keeper = contending()
    const effects = keeper.prepare('c2', 'a', higher, { aim: 'run' })
    expect(sent([...effects, ...keeper.write()], 'promise')).toMatchObject([{ to: 'c2', message: { ballot: higher } }])
    // A promise that was on its way comes too late.
    expect(only(promised(keeper, 'c3'), 'bear')).toEqual([])
    expect(told(keeper.pass(2_000), 'prepare')).toEqual([])
    expect(keeper.view('a')?.ballot).toEqual(higher)
  })

  test.each(['ended', 'committed'])('bears nothing either where it is %s under a higher one meanwhile', (how) => {
    const keeper = contending()
    if (how === 'ended') keeper.prepare('c2', 'a', higher, { aim: 'close' })
    else keeper.commit('c2', 'a', higher)
    keeper.write()
    expect(only(promised(keeper, 'c3'), 'bear')).toEqual([])
    expect(keeper.view('a')?.ballot).toEqual(higher)
  })

  test('has the time of a lease for it from whoever asks before preparing', () => {
    const keeper = contending()
    const asked = keeper.message('c3', { t: 'leaseAsk', ...vote('a') })
    expect(sent(asked, 'leaseTold')).toMatchObject([{ message: { leftMs: leaseMs } }])
  })

  test('keeps every other off for a lease once a majority has promised', () => {
    const keeper = contending()
    expect(only(promised(keeper, 'c3'), 'bear')).toHaveLength(1)
    expect(sent(keeper.prepare('c2', 'a', higher, { aim: 'run' }), 'refuse')).toMatchObject([
      { message: { code: 'lease', leftMs: leaseMs } },
    ])
  })

  test('does so in its next life, which cannot tell whether one had', () => {
    const keeper = contending().restarted()
    expect(sent(keeper.prepare('c2', 'a', higher, { aim: 'run' }), 'refuse')).toMatchObject([
      { message: { code: 'lease' } },
    ])
  })

  test('tries again without waiting for a lease of its own that nobody had, nor counts it as an attempt', () => {
    const keeper = contending()
    for (const from of ['c2', 'c3'])
      keeper.message(from, { t: 'refuse', ...vote('a', own), promised: higher, code: 'promised', leftMs: 0 })
    expect(told(keeper.pass(500), 'leaseAsk')).toEqual(['c2', 'c3'])
    const [again] = sent(lapsed(keeper, 'c2', 0, own), 'prepare')
    expect(again!.message.ballot).toEqual(ballot(4, 'c1'))
    expect(again!.message.attempts).toMatchObject([{ ballot: ballot(), host: 'worker', code: 'vanished' }])
  })
})

test('two that take a task up at the same moment, their third gone with it, do not wait for another lease', () => {
  const cluster = new Cluster(['p0', 'p1', 'p2'], [], { staggerMs: 1_000 })
  cluster.submit('p0', 'a')
  const custodians = cluster.custodians('a')
  const host = custodians.find((peer) => peer !== 'p0')!
  const [, second] = custodians.filter((peer) => peer !== host)
  cluster.handOver('p0', 'a', host)
  cluster.pass(1_500)
  // The second misses a renewal, so that its turn comes as the lease ends with the first.
  cluster.loses = ({ from, to }) => from === host && to === second
  cluster.pass(1_000)
  cluster.kill(host)
  cluster.mesh.away.add(host)
  cluster.pass(2_000 + leaseMs - cluster.now)
  const prepared = cluster.letters.filter(({ message: { t }, from, to }) => t === 'prepare' && from === to)
  expect(new Set(prepared.map(({ from }) => from)).size).toBe(2)
  expect(cluster.waiters('a')).toHaveLength(1)
})
