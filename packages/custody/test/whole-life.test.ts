import { describe, expect, test } from 'vitest'
import { Cluster } from './cluster.ts'
import { idOf } from './fixtures.ts'

const peers = ['p1', 'p2', 'p3', 'p4', 'p5']

/** The custodians of task `a` in rank order, and two hosts that keep it not. */
function borne({ loses }: { loses?: Cluster['loses'] } = {}) {
  const cluster = new Cluster(peers, ['origin', 'worker', 'other'])
  if (loses) cluster.loses = loses
  cluster.submit('origin', 'a')
  const [c1, c2, c3] = cluster.custodians('a')
  return { cluster, c1: c1!, c2: c2!, c3: c3! }
}

describe('a task', () => {
  test('is accepted by its custodians, runs elsewhere, and its outcome gets to every one of them and to the client', () => {
    const { cluster, c1, c2, c3 } = borne()
    expect(cluster.site('origin').replies).toMatchObject([{ type: 'accepted', task: idOf('a') }])
    expect(cluster.waiters('a')).toEqual(['origin'])
    cluster.handOver('origin', 'a', 'worker')
    expect(cluster.runners('a')).toEqual(['worker'])
    cluster.finish('worker', 'a')
    expect(cluster.site('origin').outcomeTold()).toMatchObject({ kind: 'succeeded', host: 'worker' })
    for (const peer of [c1, c2, c3])
      expect(cluster.view(peer, 'a')).toMatchObject({ state: 'closed', outcome: { host: 'worker' } })
    expect(cluster.site('worker').bearer.size).toBe(0)
  })

  test('costs its bearer no renewal when it is short, and is renewed for as long as it runs', () => {
    const { cluster, c1 } = borne()
    cluster.handOver('origin', 'a', 'worker')
    cluster.pass(99)
    expect(cluster.sent('renew')).toEqual([])
    cluster.pass(60_000)
    expect(cluster.runners('a')).toEqual(['worker'])
    expect(cluster.view(c1, 'a')).toMatchObject({ bearer: 'worker', state: 'running', attempts: [] })
  })

  test('whose bearer is gone runs again at the custodian whose turn it is, with that attempt', () => {
    const { cluster, c1 } = borne()
    cluster.handOver('origin', 'a', 'worker')
    cluster.pass(2_000)
    cluster.kill('worker')
    cluster.pass(5_000)
    expect(cluster.waiters('a')).toEqual([c1])
    cluster.keep(c1, 'a')
    cluster.finish(c1, 'a')
    expect(cluster.site('origin').outcomeTold()).toMatchObject({
      kind: 'succeeded',
      host: c1,
      attempts: [{ host: 'worker', code: 'vanished' }],
    })
  })

  test('is recovered by the next in rank when the first custodian is gone as well', () => {
    const { cluster, c1, c2 } = borne()
    cluster.handOver('origin', 'a', 'worker')
    cluster.pass(2_000)
    cluster.kill('worker', c1)
    cluster.pass(6_000)
    expect(cluster.waiters('a')).toEqual([c2])
  })

  test('waits while only one of its custodians is left, and goes on once a second one is back', () => {
    const { cluster, c1, c2, c3 } = borne()
    cluster.handOver('origin', 'a', 'worker')
    cluster.pass(2_000)
    cluster.kill('worker', c1, c2)
    cluster.pass(30_000)
    expect(cluster.waiters('a')).toEqual([])
    cluster.restart(c2)
    cluster.pass(10_000)
    expect(cluster.waiters('a')).toHaveLength(1)
    expect([c2, c3]).toContain(cluster.waiters('a')[0])
  })

  test('that all its custodians were killed with is theirs again once they are back', () => {
    const { cluster, c1, c2, c3 } = borne()
    cluster.kill('origin', c1, c2, c3)
    for (const peer of [c1, c2, c3]) cluster.restart(peer)
    cluster.pass(10_000)
    expect(cluster.waiters('a')).toHaveLength(1)
  })

  test('is stopped by a bearer that no majority of its custodians answers, and runs elsewhere after', () => {
    const { cluster, c1, c2 } = borne()
    cluster.handOver('origin', 'a', 'worker')
    cluster.pass(2_000)
    cluster.loses = ({ from, to }) => from === 'worker' || to === 'worker'
    cluster.pass(3_100)
    expect(cluster.runners('a')).toEqual([])
    cluster.pass(3_000)
    expect([c1, c2]).toContain(cluster.waiters('a')[0])
  })

  test('stays where it is while one custodian can be reached no more', () => {
    const { cluster, c2 } = borne()
    cluster.handOver('origin', 'a', 'worker')
    cluster.loses = ({ from, to }) => from === c2 || to === c2
    cluster.pass(60_000)
    expect(cluster.runners('a')).toEqual(['worker'])
    cluster.loses = () => false
    cluster.finish('worker', 'a')
    expect(cluster.view(c2, 'a')?.state).toBe('closed')
  })

  test('whose end a custodian missed is known there after a lease', () => {
    const { cluster, c1 } = borne()
    cluster.loses = ({ to }) => to === c1
    cluster.handOver('origin', 'a', 'worker')
    cluster.finish('worker', 'a')
    cluster.loses = () => false
    expect(cluster.view(c1, 'a')?.state).not.toBe('closed')
    cluster.pass(10_000)
    expect(cluster.view(c1, 'a')).toMatchObject({ state: 'closed', outcome: { host: 'worker' } })
  })
})
