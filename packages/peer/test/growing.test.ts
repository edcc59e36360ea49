import { expect, test } from 'vitest'
import { scaledLabel, scalerLabel } from '../src/index.ts'
import { Mesh } from './mesh.ts'
import type { Host } from './mesh-node.ts'

/** A peer with a scaler, which starts other peers at once when slots are needed; only an admin may. */
function starter(role: 'admin' | 'host'): Host {
  const capacity = { scaler: 'local', bucketMs: 1_000, startMs: 2_000, coolDownMs: 1_000, answerMs: 600_000 }
  return { slots: 1, role, offer: { labels: { [scalerLabel]: 'local' } }, capacity }
}

/** Submits `tasks` tasks of a minute each. */
function keepBusy(mesh: Mesh, at: string, tasks: number): void {
  for (let tag = 0; tag < tasks; tag++) mesh.submit(at, `task${tag}`, { ms: 60_000 }, { tag })
}

const starters = (mesh: Mesh, names: readonly string[]): string[] =>
  names.filter((name) => mesh.traces(name, 'capacity.ordered').length > 0)

test('a member that may not invite, whatever it says of itself, neither starts others nor keeps one from it that may', () => {
  const liars = ['a', 'b', 'c', 'd', 'e', 'f']
  const hosts = Object.fromEntries(liars.map((name) => [name, starter('host')]))
  const mesh = new Mesh({ ...hosts, z: starter('admin') })
  keepBusy(mesh, 'a', 30)
  mesh.run(10_000)
  expect(starters(mesh, [...liars, 'z'])).toEqual(['z'])
  expect(mesh.node('a').peer.snapshot().capacity).toMatchObject({ able: false, decision: { code: 'no-admin' } })
  expect(mesh.node('z').peer.snapshot().capacity).toMatchObject({ able: true })
})

const tellers = ['p0', 'p1', 'p2', 'p3', 'p4', 'p5']
const plan = (mesh: Mesh) => mesh.node('seat').peer.snapshot().capacity!

/** Submits a task of twenty seconds every ten to each of `peersWithWork` peers of one slot: each has two at once. */
function thinDemand(mesh: Mesh, peersWithWork: number, tasksEach: number): void {
  for (let i = 0; i < tasksEach; i++) {
    for (const name of tellers.slice(0, peersWithWork)) mesh.submit(name, `${name}at${mesh.now}x`, { ms: 20_000 })
    mesh.run(10_000)
  }
}

/**
 * A mesh after thin demand, for which the peer `roomy` had room. Roomy has gone and all tasks have ended when `seat` joins, a
 * peer that can start others: it has seen nothing of that demand itself.
 */
function afterThinDemand(peersWithWork: number): Mesh {
  const mesh = new Mesh({ ...Object.fromEntries(tellers.map((name) => [name, 1])), roomy: 8 })
  thinDemand(mesh, peersWithWork, 20)
  mesh.run(20_000)
  mesh.kill('roomy')
  const capacity = { startMs: 60_000, coolDownMs: 10_000, peersMax: 9, stepMax: 9, judgeMs: 60_000 }
  const given = starter('admin') as Exclude<Host, number>
  mesh.join('seat', { ...given, slots: 0, capacity: { ...given.capacity, ...capacity } })
  mesh.run(20_000)
  return mesh
}

test('what peers foretell is summed: by what many expect a mesh grows though none of them would need more alone', () => {
  const counts = [1, 3, 6]
  const plans = counts.map((peers) => plan(afterThinDemand(peers)))
  expect(plans).toMatchObject(
    counts.map((peers) => ({ needed: 0, slots: 6, classes: [{ class: 'sleep', peers, present: 0, runMs: 20_000 }] })),
  )
  // Each peer had two tasks at once, and still expects nearly that.
  const [alone, three, six] = plans.map(({ soon }) => soon!)
  expect(alone).toBeGreaterThan(1.5)
  expect(alone).toBeLessThan(2)
  expect(three).toBeCloseTo(3 * alone!)
  expect(six).toBeCloseTo(6 * alone!)
  const [ofOne, ofThree, ofSix] = plans.map(({ log }) => log)
  expect([ofOne, ofThree]).toEqual([[], []])
  // Each order is for one slot: ten and a little more were forecast, so five were missing beside the six.
  expect(ofSix!.map(({ intent }) => intent.kind)).toEqual(new Array(5).fill('grow'))
  for (const { why } of ofSix!) expect(why).toMatch(/^short: 0 needed of 6 slots, 10\.\d soon, 10\.\d later$/)
})

test('what a mesh has started by what its peers foretell is there when that comes, and it was right to', () => {
  const mesh = afterThinDemand(6)
  for (const { intent } of plan(mesh).log) {
    mesh.join(`new-${intent.id}`, { slots: 1, offer: { labels: { [scaledLabel]: intent.peerTag } } })
    mesh.step('seat', { type: 'scaled', intent: intent.id, code: 'done' })
  }
  mesh.run(10_000)
  expect(plan(mesh)).toMatchObject({ needed: 0, slots: 11, comingSlots: 0, grown: 5 })
  thinDemand(mesh, 6, 8)
  const judged = plan(mesh).log.map(({ judgement }) => judgement)
  expect(judged.slice(0, 5)).toEqual(new Array(5).fill('right'))
})
