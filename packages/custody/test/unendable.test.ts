import type { TaskSpec } from '@souk/wire'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Cluster } from './cluster.ts'
import { idOf, outcome } from './fixtures.ts'

const peers = ['p1', 'p2', 'p3', 'p4', 'p5']

/** Task `a`, which the worker runs; most of its custodians died and were removed from the mesh. */
function unendable(custodians: 3 | 5 = 3, over: Partial<TaskSpec> = {}) {
  const cluster = new Cluster(peers, ['origin', 'worker'], { custodians })
  cluster.submit('origin', 'a', over)
  const ranks = cluster.custodians('a')
  const removed = ranks.slice(0, (custodians + 1) / 2)
  const left = ranks.slice(removed.length)
  cluster.handOver('origin', 'a', 'worker')
  cluster.pass(1_500)
  const remove = () => {
    cluster.kill(...removed)
    for (const peer of removed) cluster.mesh.out.add(peer)
    cluster.mesh.lose(...removed)
  }
  const cancel = (at: string, ask: number, more: { unendable?: true } = {}) =>
    cluster.say('reader', at, { t: 'cancel', ask, task: idOf('a'), reason: 'nobody needs it', ...more })
  const heard = () =>
    cluster.letters.flatMap(({ to, message }) => (to === 'reader' && message.t === 'cancelled' ? [message.answer] : []))
  const answers = () => heard().filter((answer) => answer !== 'stopping')
  return { cluster, removed, left, remove, cancel, answers }
}

const givenUp = { kind: 'cancelled', code: 'given-up', message: 'nobody needs it' }

describe('a task most of whose custodians were removed', () => {
  test('is ended by no cancel but by one that gives up what those knew', () => {
    const { cluster, left, remove, cancel, answers } = unendable()
    remove()
    cancel(left[0]!, 1)
    cluster.pass(120_000)
    expect([answers(), cluster.view(left[0]!, 'a')?.state]).toEqual([[], 'ending'])
    cancel(left[0]!, 2, { unendable: true })
    cluster.pass(5_000)
    expect(answers()).toEqual(['cancelled', 'cancelled'])
    expect(cluster.view(left[0]!, 'a')).toMatchObject({ state: 'closed', outcome: givenUp })
    expect(cluster.site('origin').outcomeTold()).toMatchObject(givenUp)
    expect(cluster.runners('a')).toEqual([])
  })

  test('is ended by that word, and for its reason, also where it had expired and nobody could end it', () => {
    const { cluster, left, remove, cancel, answers } = unendable(3, { expiresMs: 4_000 })
    // Nobody proposes a next set.
    cluster.kill('worker')
    remove()
    cluster.pass(30_000)
    expect(cluster.view(left[0]!, 'a')?.state).toBe('ending')
    cancel(left[0]!, 1, { unendable: true })
    cluster.pass(5_000)
    expect(answers()).toEqual(['cancelled'])
    expect(cluster.view(left[0]!, 'a')?.outcome).toMatchObject(givenUp)
  })

  test('is ended so only once nothing of it runs', () => {
    const { cluster, left, remove, cancel, answers } = unendable()
    remove()
    cluster.site('worker').frozen = true
    cancel(left[0]!, 1, { unendable: true })
    cluster.pass(1_000)
    expect(answers()).toEqual([])
    cluster.finish('worker', 'a', { end: 'stopped' })
    expect(answers()).toEqual(['cancelled'])
  })

  test('may be closed by another that is left while it is being stopped', () => {
    const { cluster, left, remove, cancel, answers } = unendable(5)
    remove()
    const [one, other] = left as [string, string]
    cluster.site('worker').frozen = true
    cancel(one, 1, { unendable: true })
    cluster.pass(500)
    const { record, ballot } = cluster.view(one, 'a')!
    cluster.say(other, one, { t: 'copy', record, ballot, outcome: outcome() })
    expect(answers()).toEqual(['closed-before'])
    cluster.finish('worker', 'a', { end: 'stopped' })
    cluster.pass(20_000)
    expect(cluster.view(one, 'a')?.outcome?.kind).toBe('succeeded')
  })

  test('ends as one of those that are left had accepted it', () => {
    const { cluster, left, remove, cancel, answers } = unendable()
    cluster.loses = ({ from, to }) => from === 'worker' && to !== left[0]
    cluster.finish('worker', 'a')
    cluster.kill('worker')
    remove()
    cancel(left[0]!, 1, { unendable: true })
    cluster.pass(20_000)
    expect(answers()).toEqual(['closed-before'])
    expect(cluster.view(left[0]!, 'a')?.outcome?.kind).toBe('succeeded')
  })

  test('is ended by all of those that are left together, and once', () => {
    const { cluster, left, remove, cancel, answers } = unendable(5)
    remove()
    const [one, other] = left as [string, string]
    cluster.loses = ({ from, to }) => from === other || to === other
    cancel(one, 1, { unendable: true })
    cluster.pass(30_000)
    expect(answers()).toEqual([])
    cluster.loses = () => false
    cancel(other, 2, { unendable: true })
    cluster.pass(30_000)
    expect(answers()).toEqual(['cancelled', 'cancelled'])
    const outcomes = left.map((peer) => JSON.stringify(cluster.view(peer, 'a')?.outcome))
    expect(new Set(outcomes).size).toBe(1)
    expect(JSON.parse(outcomes[0]!)).toMatchObject(givenUp)
  })
})

test('where a majority is left there is nothing to give up: the task goes on, and a plain cancel waits for them', () => {
  const { cluster, left, removed, cancel, answers } = unendable()
  const [one, other] = removed as [string, string]
  cluster.kill(one, other, 'worker')
  cluster.mesh.out.add(one)
  cluster.mesh.lose(one)
  cancel(left[0]!, 1, { unendable: true })
  cluster.pass(60_000)
  expect([answers(), cluster.view(left[0]!, 'a')?.state]).toEqual([['endable'], 'running'])
  cancel(left[0]!, 2)
  cluster.restart(other)
  cluster.pass(60_000)
  expect(answers()).toEqual(['endable', 'cancelled'])
  expect(cluster.view(other, 'a')?.outcome).toMatchObject({ kind: 'cancelled', code: 'cancelled' })
})

test('whatever is lost or killed meanwhile, those that are left come to one end, which whoever of them had accepted one decides', () => {
  const steps = fc.oneof(
    { weight: 3, arbitrary: fc.record({ does: fc.constant('cancel' as const), at: fc.nat({ max: 1 }) }) },
    { weight: 3, arbitrary: fc.record({ does: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: 4_000 }) }) },
    { weight: 2, arbitrary: fc.record({ does: fc.constant('restart' as const), at: fc.nat({ max: 1 }) }) },
    { weight: 2, arbitrary: fc.record({ does: fc.constant('lose' as const), share: fc.nat({ max: 3 }) }) },
  )
  const runs = fc.record({
    // Before the others are gone its run ends, or does not; and one of those that will be left hears of it, both or none.
    ends: fc.boolean(),
    told: fc.subarray([0, 1]),
    steps: fc.array(steps, { minLength: 2, maxLength: 12 }),
    seed: fc.nat(),
  })
  const seen = new Set<string>()
  fc.assert(
    fc.property(runs, ({ ends, told, steps: all, seed }) => {
      const { cluster, left, remove, cancel } = unendable(5)
      cluster.loses = ({ from, to }) => from === 'worker' && left.includes(to) && !told.includes(left.indexOf(to))
      if (ends) cluster.finish('worker', 'a')
      cluster.kill('worker')
      remove()
      const hadAccepted = ends && told.length > 0
      cluster.loses = () => false
      let draw = seed
      for (const [i, step] of all.entries()) {
        if (step.does === 'cancel') cancel(left[step.at]!, i, { unendable: true })
        else if (step.does === 'pass') cluster.pass(step.ms)
        else if (step.does === 'restart') cluster.restart(left[step.at]!)
        else {
          cluster.loses = () => {
            draw = (Math.imul(draw, 1_103_515_245) + 12_345) >>> 0
            return (draw >>> 16) % 4 < step.share
          }
        }
      }
      cluster.loses = () => false
      for (const [i, peer] of left.entries()) cancel(peer, 100 + i, { unendable: true })
      cluster.pass(60_000)
      const outcomes = new Set(left.map((peer) => JSON.stringify(cluster.view(peer, 'a')?.outcome)))
      expect(outcomes.size).toBe(1)
      const [outcome] = outcomes
      expect(JSON.parse(outcome!)).toMatchObject(hadAccepted ? { kind: 'succeeded' } : givenUp)
      seen.add(JSON.parse(outcome!).kind)
    }),
    { numRuns: 300 },
  )
  expect([...seen].sort()).toEqual(['cancelled', 'succeeded'])
})
