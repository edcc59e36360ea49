import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Cluster } from './cluster.ts'
import { idOf } from './fixtures.ts'

const peers = ['p1', 'p2', 'p3', 'p4', 'p5']
const all = [...peers, 'origin', 'worker']
const peer = fc.constantFrom(...all)
/** what is lost on its way to one peer until all is healed */
const tag = fc.constantFrom('commit', 'committed', 'chosen', 'promise', 'stored', 'renewed')
const steps = fc.oneof(
  { weight: 4, arbitrary: fc.record({ does: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: 4_000 }) }) },
  { weight: 4, arbitrary: fc.record({ does: fc.constant('place' as const), peer }) },
  { weight: 3, arbitrary: fc.record({ does: fc.constant('finish' as const) }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('kill' as const), peer }) },
  { weight: 3, arbitrary: fc.record({ does: fc.constant('restart' as const), peer }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('cut' as const), peer }) },
  { weight: 4, arbitrary: fc.record({ does: fc.constant('mute' as const), peer, tag }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('heal' as const) }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('lose' as const), peer: fc.constantFrom(...peers) }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('cancel' as const), peer: fc.constantFrom(...peers) }) },
)

/** Market and host: what waits is placed there, or where it waits. */
function place(cluster: Cluster, to: string): void {
  for (const from of cluster.waiters('a')) {
    if (from === to || !cluster.isUp(to)) cluster.keep(from, 'a')
    else cluster.handOver(from, 'a', to)
  }
}

function finish(cluster: Cluster): void {
  for (const runner of cluster.runners('a')) if (cluster.site(runner).runs.has(idOf('a'))) cluster.finish(runner, 'a')
}

test('an accepted task has one outcome, the same at all its custodians, whatever is killed, cut off and replaced', () => {
  fc.assert(
    fc.property(fc.array(steps, { maxLength: 40 }), (script) => {
      const cluster = new Cluster(peers, ['origin', 'worker'], { sweepMs: 1_000 })
      cluster.submit('origin', 'a', { attemptsMax: 100 })
      const cut = new Set<string>()
      cluster.loses = ({ from, to, message }) => cut.has(from) || cut.has(to) || cut.has(`${to} ${message.t}`)
      for (const step of script) {
        if (step.does === 'pass') cluster.pass(step.ms)
        else if (step.does === 'place') place(cluster, step.peer)
        else if (step.does === 'finish') finish(cluster)
        else if (step.does === 'kill') cluster.kill(step.peer)
        else if (step.does === 'restart') cluster.restart(step.peer)
        else if (step.does === 'cut') cut.add(step.peer)
        else if (step.does === 'mute') cut.add(`${step.peer} ${step.tag}`)
        else if (step.does === 'heal') cut.clear()
        else if (step.does === 'cancel')
          cluster.say('reader', step.peer, { t: 'cancel', ask: 1, task: idOf('a'), reason: 'changed my mind' })
        // Never more than one, so that a majority is left of every set.
        else if (cluster.mesh.lost.size === 0) cluster.mesh.lose(step.peer)
      }
      cut.clear()
      cluster.mesh.lost.clear()
      for (const each of all) if (!cluster.isUp(each)) cluster.restart(each)
      for (let rounds = 0; rounds < 12; rounds++) {
        cluster.pass(5_000)
        place(cluster, 'worker')
        cluster.pass(500)
        finish(cluster)
      }
      const views = cluster.custodians('a').map((custodian) => cluster.view(custodian, 'a'))
      // One that lost every message about it may not know it at all: a majority does, and nobody knows anything else.
      const known = views.filter((view) => view !== undefined)
      expect(known.length).toBeGreaterThanOrEqual(2)
      expect(known.map((view) => view.state)).toEqual(known.map(() => 'closed'))
      expect(new Set(known.map((view) => JSON.stringify(view.outcome))).size).toBe(1)
      expect(cluster.runners('a')).toEqual([])
      // Nobody is told anything else.
      const told = all.flatMap((each) => cluster.site(each).outcomeTold() ?? [])
      for (const outcome of told) expect(outcome).toEqual(known[0]!.outcome)
    }),
    { numRuns: 250 },
  )
})
