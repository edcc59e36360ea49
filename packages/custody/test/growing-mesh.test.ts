import type { MessageOf } from '@souk/wire'
import { describe, expect, test } from 'vitest'
import { versionNumber } from '../src/version.ts'
import { Cluster, type Letter } from './cluster.ts'
import { idOf, spec } from './fixtures.ts'

const peers = ['p1', 'p2', 'p3', 'p4', 'p5']

/** Task `a` runs at `worker`; its custodians by rank. */
function running() {
  const cluster = new Cluster(peers, ['origin', 'worker'])
  cluster.submit('origin', 'a')
  cluster.handOver('origin', 'a', 'worker')
  cluster.pass(2_000)
  const [c1, c2, c3] = cluster.custodians('a') as [string, string, string]
  return { cluster, c1, c2, c3 }
}

/** One second is what a bearer takes to look at its custodians, another to be sure. */
const aWhile = 2_500
const saysNext = ({ message }: Letter) => message.t === 'commit' && message.decree.kind === 'next'

describe('a custodian that is gone for good', () => {
  test('has its place taken while the task runs on; who is left of the old ones points to the new ones', () => {
    const { cluster, c1, c2, c3 } = running()
    cluster.kill(c3)
    cluster.mesh.lose(c3)
    cluster.pass(20_000)
    const now = cluster.custodians('a')
    expect(now).toEqual([c1, c2, expect.not.stringMatching(c3)])
    expect(cluster.runners('a')).toEqual(['worker'])
    cluster.finish('worker', 'a')
    for (const peer of now) expect(cluster.view(peer, 'a')).toMatchObject({ state: 'closed', attempts: [] })
    expect(cluster.site('origin').outcomeTold()).toMatchObject({ kind: 'succeeded', host: 'worker' })
  })

  test('that comes back after all points to those that keep the task now', () => {
    const { cluster, c3 } = running()
    cluster.kill(c3)
    cluster.mesh.lose(c3)
    cluster.pass(aWhile)
    cluster.mesh.lost.clear()
    cluster.restart(c3)
    cluster.pass(20_000)
    const before = cluster.letters.length
    expect(cluster.view(c3, 'a')).toBeUndefined()
    const answer = cluster.letters.slice(before).find(({ to }) => to === 'reader')!.message as MessageOf<'moved'>
    expect(answer).toMatchObject({ t: 'moved', custodians: cluster.custodians('a') })
    expect(cluster.runners('a')).toEqual(['worker'])
  })

  test('is replaced though two of three change at once', () => {
    const { cluster, c2, c3 } = running()
    cluster.kill(c3)
    cluster.mesh.lose(c3)
    cluster.pass(aWhile)
    cluster.kill(c2)
    cluster.mesh.lose(c2)
    cluster.pass(20_000)
    expect(cluster.custodians('a').filter((peer) => [c2, c3].includes(peer))).toEqual([])
    expect(cluster.runners('a')).toEqual(['worker'])
  })

  test('is replaced by a custodian where the bearer vanished after that was decided', () => {
    const { cluster, c1, c2, c3 } = running()
    cluster.kill(c3)
    cluster.mesh.lose(c3)
    // The decree is accepted, but the bearer never hears of it.
    cluster.loses = ({ to, message }) => to === 'worker' && message.t === 'committed'
    cluster.pass(1_500)
    expect(cluster.letters.some(saysNext)).toBe(true)
    cluster.kill('worker')
    cluster.pass(20_000)
    const now = cluster.custodians('a')
    expect(now).not.toContain(c3)
    expect(versionNumber(cluster.site(c1).custodian.find(idOf('a'))!.record.version)).toBe(2)
    expect(cluster.waiters('a')).toHaveLength(1)
    expect([c1, c2]).toContain(cluster.waiters('a')[0])
    const [bearer] = cluster.waiters('a')
    cluster.keep(bearer!, 'a')
    cluster.finish(bearer!, 'a')
    for (const peer of now) expect(cluster.view(peer, 'a')?.state).toBe('closed')
  })

  test('is replaced for a closed task by a copy of it', () => {
    const { cluster, c1, c2, c3 } = running()
    cluster.finish('worker', 'a')
    cluster.kill(c3)
    cluster.mesh.lose(c3)
    cluster.pass(30_000)
    const [, , taking] = cluster.custodians('a')
    expect([c1, c2, c3]).not.toContain(taking)
    expect(cluster.view(taking!, 'a')).toMatchObject({ state: 'closed', outcome: { kind: 'succeeded' } })
    cluster.kill(taking!)
    cluster.restart(taking!)
    expect(cluster.view(taking!, 'a')?.state).toBe('closed')
  })
})

describe('a renewal that comes while the next custodians write the task down', () => {
  test('is not refused by them: the run goes on', () => {
    const { cluster, c3 } = running()
    cluster.kill(c3)
    cluster.mesh.lose(c3)
    // They have it in hand, and their disks take a while.
    cluster.loses = ({ to, message }) => {
      if (message.t === 'store') cluster.site(to).stalled = true
      return false
    }
    cluster.pass(2_500)
    expect(cluster.sent('store')).not.toEqual([])
    cluster.loses = () => false
    for (const peer of peers) cluster.site(peer).stalled = false
    cluster.pass(20_000)
    expect(cluster.runners('a')).toEqual(['worker'])
    expect(cluster.custodians('a')).toHaveLength(3)
  })
})

test('the lease of a bearer whose next custodians do not come about goes on with the ones it has', () => {
  const { cluster, c3 } = running()
  cluster.kill(c3)
  cluster.mesh.lose(c3)
  cluster.loses = ({ message }) => message.t === 'store'
  cluster.pass(20_000)
  expect(cluster.letters.some(saysNext)).toBe(true)
  expect(cluster.runners('a')).toEqual(['worker'])
  expect(cluster.sent('leaseAsk')).toEqual([])
})

describe('a mesh that grows from one to three', () => {
  test('gives three custodians to what runs, wherever it runs, and no run is stopped for it', () => {
    const cluster = new Cluster(['p1', 'p2', 'p3'])
    cluster.mesh.become('p1', 'p2')
    cluster.mesh.size = 2
    for (const name of ['a', 'b', 'c', 'd']) {
      cluster.submit('p1', name)
      cluster.handOver('p1', name, 'p2')
    }
    expect(new Set('abcd'.split('').map((name) => cluster.custodians(name).length))).toEqual(new Set([1]))
    cluster.pass(30_000)
    cluster.mesh.become('p1', 'p2', 'p3')
    cluster.mesh.size = 3
    cluster.pass(30_000)
    for (const name of ['a', 'b', 'c', 'd']) {
      expect(cluster.custodians(name)).toHaveLength(3)
      expect(cluster.runners(name)).toEqual(['p2'])
      cluster.finish('p2', name)
      for (const peer of ['p1', 'p2', 'p3'])
        expect(cluster.view(peer, name)).toMatchObject({ state: 'closed', attempts: [] })
    }
  })
})

test('a task that starts at most once never starts again, though its custodians changed before its bearer vanished', () => {
  const cluster = new Cluster(peers, ['origin', 'worker'])
  cluster.submit('origin', 'a', spec({ starts: 'at-most-once' }))
  cluster.handOver('origin', 'a', 'worker')
  const [, , c3] = cluster.custodians('a')
  cluster.kill(c3!)
  cluster.mesh.lose(c3!)
  cluster.pass(aWhile)
  expect(cluster.custodians('a')).not.toContain(c3)
  cluster.kill('worker')
  cluster.pass(20_000)
  expect(cluster.waiters('a')).toEqual([])
  expect(cluster.site('origin').outcomeTold()).toMatchObject({ kind: 'lost', code: 'may-have-begun' })
})
