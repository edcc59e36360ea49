import { expect, test } from 'vitest'
import { Cluster } from './cluster.ts'
import { idOf } from './fixtures.ts'

const peers = ['p1', 'p2', 'p3', 'p4', 'p5', 'p6', 'p7', 'p8']

/** Task `a`, which the worker runs. */
function running(others: string[] = []) {
  const cluster = new Cluster(peers, ['origin', 'worker', ...others])
  cluster.submit('origin', 'a')
  cluster.handOver('origin', 'a', 'worker')
  cluster.pass(1_500)
  return { cluster, set: cluster.custodians('a') as [string, string, string] }
}
const cancel = (cluster: Cluster, at: string, ask: number, more: { unendable?: true } = {}) =>
  cluster.say('reader', at, { t: 'cancel', ask, task: idOf('a'), reason: 'nobody needs it', ...more })
const answers = (cluster: Cluster) =>
  cluster.letters.flatMap(({ to, message }) =>
    to === 'reader' && message.t === 'cancelled' && message.answer !== 'stopping' ? [message.answer] : [],
  )
const remove = (cluster: Cluster, ...gone: string[]) => {
  cluster.kill(...gone)
  for (const peer of gone) cluster.mesh.out.add(peer)
  cluster.mesh.lose(...gone)
}
/** Each is replaced while the task runs, then removed. */
const replace = (cluster: Cluster, ...gone: string[]) => {
  for (const peer of gone) {
    cluster.mesh.lose(peer)
    cluster.pass(1_500)
    remove(cluster, peer)
  }
}
const about =
  (...some: string[]) =>
  ({ from, to }: { from: string; to: string }) =>
    [from, to].some((peer) => some.includes(peer)) && ![from, to].includes('reader')

/** A majority (`one`, `other`) accepted the next set, then was cut off; that set went on to a third and was removed. */
function leftBehind() {
  const { cluster, set } = running()
  const [, one, other] = set
  const voting = new Set(['commit', 'committed', 'renew', 'renewed'])
  cluster.loses = (letter) => about(one, other)(letter) && !voting.has(letter.message.t)
  cluster.mesh.lose(one, other)
  cluster.pass(1_500)
  cluster.loses = about(one, other)
  const second = cluster.custodians('a')
  replace(cluster, ...second)
  cluster.loses = () => false
  cluster.mesh.find(one)
  cluster.mesh.find(other)
  return { cluster, one, third: cluster.custodians('a') }
}

test('1a: a majority whose next set was removed recovers the task without a crash', () => {
  const { cluster } = leftBehind()
  expect(() => cluster.pass(20_000)).not.toThrow()
})

test('1b: a plain cancel there is not confirmed while the task runs, and brings no second outcome about', () => {
  const { cluster, one, third } = leftBehind()
  cancel(cluster, one, 1)
  cluster.pass(100)
  const told = answers(cluster)
  const running = cluster.runners('a')
  cluster.finish('worker', 'a')
  const kinds = [one, ...third].flatMap((peer) => cluster.view(peer, 'a')?.outcome?.kind ?? [])
  expect({ told, running, kinds: [...new Set(kinds)] }).toEqual({ told: [], running: ['worker'], kinds: ['succeeded'] })
})

test('1c: two peers; one drained, and the other, which took its task over, was removed: no crash', () => {
  const cluster = new Cluster(['p1', 'p2'], ['origin'])
  cluster.mesh.size = 2
  cluster.submit('origin', 'a')
  const [sole] = cluster.custodians('a') as [string]
  const next = sole === 'p1' ? 'p2' : 'p1'
  cluster.handOver('origin', 'a', next)
  cluster.pass(500)
  cluster.loses = ({ message }) => message.t === 'moved'
  cluster.mesh.draining.add(sole)
  cluster.mesh.version++
  cluster.pass(1_500)
  remove(cluster, next)
  cluster.mesh.draining.clear()
  for (let life = 1; life <= 3; life++) {
    expect(() => cluster.pass(20_000)).not.toThrow()
    cluster.restart(sole)
  }
})

/** The next set stands, with enough left; `left`, of both sets, was cut off meanwhile, and the rest of the first is removed. */
function missed() {
  const { cluster, set } = running()
  const [gone, other, left] = set
  cluster.loses = about(left)
  cluster.mesh.lose(gone)
  cluster.pass(1_500)
  const joined = cluster.custodians('a').find((peer) => !set.includes(peer))!
  remove(cluster, gone, other)
  const connect = () => {
    cluster.loses = () => false
  }
  return { cluster, left, joined, connect }
}

test('2: a word found needless while the last bearer is being stopped does not crash', () => {
  const { cluster, left, connect } = missed()
  cluster.restart(left)
  cancel(cluster, left, 1, { unendable: true })
  cluster.pass(2_700)
  expect(cluster.view(left, 'a')?.timeline.at(-1)?.event).toBe('stopping')
  connect()
  expect(() => cluster.pass(20_000)).not.toThrow()
})

test('3: others beyond the first eight are asked before a word is carried out', () => {
  const many = Array.from({ length: 40 }, (_, i) => `q${i}`)
  const { cluster, set } = running(many)
  const [one, other, away] = set
  cluster.kill(away)
  cluster.mesh.lose(away)
  cluster.pass(3_000)
  replace(cluster, one, other)
  // They joined since, live, and know nothing of the task.
  cluster.mesh.become(...many, ...peers)
  cluster.mesh.find(away)
  cluster.restart(away)
  cancel(cluster, away, 1, { unendable: true })
  cluster.pass(10_000)
  expect(cluster.runners('a')).toEqual(['worker'])
  expect(answers(cluster)).toEqual([])
})

test('4: a needless word brings no second bearer about while the first has its lease', () => {
  const { cluster, set } = running()
  const [a, b, c] = set
  cluster.mesh.lose(a, b)
  // Two accept the next set, of which only one is sent the record yet.
  cluster.loses = ({ to, message }) => {
    if (message.t === 'store') return to !== message.record.custodians[2]
    return message.t === 'moved' || (message.t === 'commit' && to === c)
  }
  cluster.pass(1_000)
  remove(cluster, a, b)
  cluster.loses = () => false
  cancel(cluster, c, 1, { unendable: true })
  if (cluster.waiters('a').includes(c)) cluster.keep(c, 'a')
  expect(cluster.runners('a')).toHaveLength(1)
})

test.each([false, true])('5: a plain cancel outlives a needless word (said: %s)', (said) => {
  const { cluster, left, joined, connect } = missed()
  cancel(cluster, left, 1)
  connect()
  if (said) cancel(cluster, left, 2, { unendable: true })
  cluster.pass(60_000)
  expect([answers(cluster).at(-1), cluster.view(joined, 'a')?.outcome?.kind]).toEqual(['cancelled', 'cancelled'])
})

test('6: a word that was not carried out before a restart ends nothing after it', () => {
  const { cluster, left, joined, connect } = missed()
  cluster.restart(left)
  cancel(cluster, left, 1, { unendable: true })
  cluster.pass(2_700)
  cluster.restart(left)
  connect()
  cluster.pass(60_000)
  expect(cluster.view(joined, 'a')?.outcome).toBeUndefined()
})

test.each([false, true])(
  '7: one that has just started asks once it hears of others (first asking lost: %s)',
  (lossy) => {
    const { cluster, set } = running()
    const [one, other, away] = set
    cluster.kill(away)
    cluster.mesh.lose(away)
    cluster.pass(3_000)
    replace(cluster, one, other)
    cluster.mesh.find(away)
    cluster.mesh.heardFromMajority = false
    for (const peer of peers) if (peer !== away) cluster.mesh.away.add(peer)
    cluster.restart(away)
    cancel(cluster, away, 1, { unendable: true })
    cluster.pass(100)
    cluster.mesh.heardFromMajority = true
    for (const peer of peers) if (peer !== one && peer !== other) cluster.mesh.find(peer)
    const asked = new Set<string>()
    cluster.loses = ({ to, message }) => lossy && message.t === 'leaseAsk' && asked.size !== asked.add(to).size
    cluster.pass(30_000)
    expect([answers(cluster), cluster.runners('a')]).toEqual([[], ['worker']])
  },
)

test('8: whoever knows of a later set is believed, also if it is not of that', () => {
  const { cluster, set } = running()
  const [one, other, away] = set
  cluster.kill(away)
  cluster.mesh.lose(away)
  cluster.pass(3_000)
  const pointer = cluster.custodians('a').find((peer) => !set.includes(peer))!
  replace(cluster, one, other)
  cluster.mesh.lose(pointer)
  cluster.pass(3_000)
  const now = cluster.custodians('a')
  expect(now).not.toContain(pointer)
  cluster.mesh.find(pointer)
  cluster.mesh.find(away)
  // From there those that keep it cannot be reached for a moment.
  for (const peer of now) cluster.mesh.away.add(peer)
  cluster.loses = ({ from, to }) => [from, to].includes(away) && [from, to].some((peer) => now.includes(peer))
  cluster.restart(away)
  const rejected: string[] = []
  const { custodian } = cluster.site(away)
  const step = custodian.step.bind(custodian)
  custodian.step = (input, at, out) => {
    step(input, at, out)
    for (const one of out) if (one.type === 'rejected') rejected.push(`${one.from} ${one.tag} ${one.code}`)
  }
  cancel(cluster, away, 1, { unendable: true })
  cluster.pass(10_000)
  expect([rejected, answers(cluster), cluster.runners('a')]).toEqual([[], [], ['worker']])
})

test('9: a word that is repeated is carried out, though another keeper does not answer', () => {
  const { cluster, set } = running()
  const [one, other, left] = set
  remove(cluster, one, other)
  cluster.kill('worker', peers.find((peer) => !set.includes(peer))!)
  cluster.pass(10_000)
  for (let ask = 1; ask <= 30; ask++) {
    cancel(cluster, left, ask, { unendable: true })
    cluster.pass(4_000)
  }
  expect(cluster.view(left, 'a')?.state).toBe('closed')
})
