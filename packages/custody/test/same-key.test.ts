import { describe, expect, test } from 'vitest'
import { Cluster } from './cluster.ts'
import { ballot, ends, idOf, outcome, record, sent, told, versionOf, vote } from './fixtures.ts'
import { Keeper } from './keeper.ts'

const peers = ['p1', 'p2', 'p3', 'p4', 'p5']
const more = [...peers, 'p6', 'p7', 'p8', 'p9']

/** All members but the first five keep nothing yet. */
function small(): Cluster {
  const cluster = new Cluster(more, ['origin', 'second', 'worker'])
  cluster.mesh.become(...peers)
  return cluster
}
const accepted = (cluster: Cluster, peer: string) =>
  cluster.site(peer).replies.filter(({ type }) => type === 'accepted').length
const outcomes = (cluster: Cluster, peer: string) =>
  cluster.site(peer).replies.flatMap((reply) => (reply.type === 'outcome' ? [reply.outcome] : []))

describe('a key that is submitted at two peers', () => {
  test('is one task, with one run and one outcome for both', () => {
    const cluster = small()
    cluster.submit('origin', 'a')
    cluster.submit('second', 'a')
    expect([accepted(cluster, 'origin'), accepted(cluster, 'second')]).toEqual([1, 1])
    expect(cluster.waiters('a')).toEqual(['origin'])
    cluster.handOver('origin', 'a', 'worker')
    cluster.finish('worker', 'a')
    cluster.pass(10_000)
    expect(outcomes(cluster, 'second')).toEqual(outcomes(cluster, 'origin'))
    expect(outcomes(cluster, 'second')).toHaveLength(1)
  })

  test('after its end is answered with its outcome, and starts nothing', () => {
    const cluster = small()
    cluster.submit('origin', 'a')
    cluster.handOver('origin', 'a', 'worker')
    cluster.finish('worker', 'a')
    cluster.submit('second', 'a')
    cluster.pass(0)
    expect(outcomes(cluster, 'second')).toMatchObject([{ kind: 'succeeded', host: 'worker' }])
    expect(cluster.waiters('a')).toEqual([])
  })

  test('at one of which a majority of custodians is silent is unknown there, and the same task when it is said again', () => {
    const cluster = small()
    cluster.loses = ({ from, message }) => from === 'second' && message.t === 'store'
    cluster.submit('second', 'a')
    cluster.pass(1_000)
    expect(cluster.site('second').replies).toMatchObject([{ type: 'refused', code: 'unknown' }])
    cluster.loses = () => false
    cluster.submit('origin', 'a')
    cluster.submit('second', 'a')
    expect(accepted(cluster, 'second')).toBe(1)
    expect(cluster.waiters('a')).toEqual(['origin'])
  })

  test('is one task also where members came between, so that the second one chose other custodians', () => {
    // Of many keys some lead to a set that shares a custodian with the one before.
    let moved = 0
    for (const name of 'abcdefghjk') {
      const cluster = small()
      cluster.submit('origin', name)
      const before = cluster.custodians(name)
      cluster.mesh.become(...more)
      cluster.submit('second', name)
      const stores = cluster.letters.flatMap(({ from, message }) =>
        from === 'second' && message.t === 'store' ? [message.record.custodians] : [],
      )
      const shared = before.filter((peer) => stores[0]?.includes(peer)).length
      // With none in common nobody could know: the same key is the same task while its custodians stand (G5).
      if (shared === 0 || shared === 3) continue
      moved++
      expect(accepted(cluster, 'second')).toBe(1)
      expect(cluster.waiters(name)).toEqual(['origin'])
      cluster.handOver('origin', name, 'worker')
      cluster.finish('worker', name)
      cluster.pass(30_000)
      expect(outcomes(cluster, 'second')).toHaveLength(1)
      expect(cluster.waiters(name)).toEqual([])
      expect(cluster.site('worker').runs.has(idOf(name))).toBe(false)
    }
    expect(moved).toBeGreaterThan(0)
  })
})

describe('a task that another submit of its key stored with other custodians', () => {
  test('points to them once a majority of them has it; until then they are asked again and again', () => {
    const others = ['c2', 'c4', 'c5']
    const known = { version: versionOf(1, others), custodians: others }
    const elsewhere = { t: 'already', ...vote('a'), promised: ballot(1, 'second'), known } as const
    const keeper = new Keeper()
    keeper.keep('a')
    keeper.pass(3_300)
    expect(told(keeper.message('c2', elsewhere), 'leaseAsk')).toEqual(['c4', 'c5'])
    keeper.pass(1_000)
    expect(told(keeper.message('c2', elsewhere), 'leaseAsk')).toEqual(['c4', 'c5'])
    const effects = keeper.message('c4', elsewhere)
    expect(effects).not.toEqual([])
    expect(keeper.view('a')).toBeUndefined()
    // Whoever bore it as it was here has to hear that it ends nothing any more.
    expect(told(keeper.commit('worker', 'a'), 'fenced')).toEqual(['worker'])
  })

  test('does not point to them while one of theirs has only a pointer to them itself: it may never join them', () => {
    const others = ['c2', 'c4', 'c5']
    const known = { version: versionOf(1, others), custodians: others }
    const keeper = new Keeper()
    keeper.keep('a')
    keeper.pass(3_300)
    const says = (from: string, counter: number) =>
      keeper.message(from, { t: 'already', ...vote('a'), promised: ballot(counter, 'second'), known })
    says('c2', 1)
    says('c4', 0)
    expect(keeper.view('a')?.state).toBe('waiting')
    says('c4', 1)
    expect(keeper.view('a')).toBeUndefined()
  })

  test('points to a set that it can join itself, where several were begun and none may stand', () => {
    const joinable = ['c1', 'c2', 'c4']
    const distant = ['c3', 'c4', 'c5']
    const keeper = new Keeper()
    keeper.keep('a')
    keeper.pass(3_300)
    const says = (from: string, others: string[]) => {
      const known = { version: versionOf(1, others), custodians: others }
      keeper.message(from, { t: 'already', ...vote('a'), promised: ballot(1, 'second'), known })
    }
    says('c2', joinable)
    expect(keeper.view('a')?.state).toBe('waiting')
    says('c3', distant)
    expect(keeper.view('a')).toBeUndefined()
    // Asked about the set that it is in it lets itself be brought the task; about any other it names that one.
    const about = (others: string[]) => vote('a', ballot(1, 'second'), versionOf(1, others))
    expect(told(keeper.message('c2', { t: 'leaseAsk', ...about(joinable) }), 'leaseTold')).toEqual(['c2'])
    const pointed = sent(keeper.message('c4', { t: 'leaseAsk', ...about(distant) }), 'moved')
    expect(pointed).toMatchObject([{ message: { custodians: joinable } }])
  })

  test('points to them at once where one of them says that it has an outcome: the others may be gone', () => {
    const others = ['c2', 'c4', 'c5']
    const known = { version: versionOf(1, others), custodians: others, stands: true }
    const keeper = new Keeper()
    keeper.keep('a')
    keeper.pass(3_300)
    keeper.message('c2', { t: 'already', ...vote('a'), promised: ballot(1, 'second'), known })
    expect(keeper.view('a')).toBeUndefined()
    expect(told(keeper.pass(60_000), 'leaseAsk')).toEqual([])
  })

  test('points to a set that it is in itself, and is asked about that like one that knows nothing', () => {
    const others = ['c1', 'c2', 'c4']
    const known = { version: versionOf(1, others), custodians: others, stands: true }
    const keeper = new Keeper()
    keeper.keep('a', {}, ['c1', 'c3', 'c5'])
    const named = vote('a', ballot(), versionOf(1, ['c1', 'c3', 'c5']))
    keeper.pass(3_300)
    keeper.message('c3', { t: 'already', ...named, promised: ballot(1, 'second'), known })
    expect(keeper.view('a')).toBeUndefined()
    const asked = vote('a', ballot(1, 'second'), known.version)
    expect(sent(keeper.message('c2', { t: 'leaseAsk', ...asked }), 'leaseTold')).toMatchObject([{ to: 'c2' }])
    // So it gets the record, and takes its part.
    const prepared = keeper.prepare('c2', 'a', ballot(2, 'c2'), { record: record('a', {}, others) })
    expect(prepared).not.toEqual([])
    keeper.write()
    expect(keeper.view('a')?.record.custodians).toEqual(others)
    // What the pointer left on disk is over: the next life keeps its promise.
    const next = keeper.restarted()
    expect(next.view('a')?.record.custodians).toEqual(others)
    const again = { t: 'store' as const, record: record('a', {}, others), ballot: ballot(1, 'third'), attempts: [] }
    expect(sent(next.written('third', again), 'already')).toMatchObject([
      { to: 'third', message: { promised: ballot(2, 'c2') } },
    ])
  })

  test('is told by who knows its outcome that this one stands, in whichever version it is asked about', () => {
    const keeper = new Keeper()
    keeper.keep('a')
    keeper.close('a')
    const others = ['c1', 'c4', 'c5']
    for (const number of [1, 2]) {
      const asked = vote('a', ballot(1, 'second'), versionOf(number, others))
      const told = sent(keeper.message('c4', { t: 'leaseAsk', ...asked }), 'already')
      expect(told).toMatchObject([{ to: 'c4', message: { known: { version: versionOf(1), stands: true } } }])
      const fences = sent(keeper.message('worker', { t: 'commit', ...asked, decree: ends() }), 'fenced')
      expect(fences).toMatchObject([{ to: 'worker', message: { code: 'closed', final: true } }])
    }
    expect(keeper.view('a')?.state).toBe('closed')
  })

  test('is over with the copy of the one that has an outcome, and so is a pointer to that', () => {
    const after = ['c1', 'c2', 'c4']
    const copied = { t: 'copy', record: record('a', {}, after, 2), ballot: ballot(), outcome: outcome() } as const
    const known = { version: versionOf(2, after), custodians: after, stands: true }
    for (const pointing of [false, true]) {
      const keeper = new Keeper()
      const other = record('a', {}, ['c1', 'c5', 'c6'], 2)
      keeper.written('second', { t: 'store', record: other, ballot: ballot(3, 'second'), attempts: [] })
      keeper.pass(3_300)
      const named = vote('a', ballot(3, 'second'), other.version)
      if (pointing) keeper.message('c5', { t: 'already', ...named, promised: ballot(), known })
      expect(told(keeper.written('c2', copied), 'stored')).toEqual(['c2'])
      expect(keeper.restarted().view('a')).toMatchObject({ state: 'closed', record: copied.record })
    }
  })
})
