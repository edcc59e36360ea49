import { expect, test } from 'vitest'
import { scalerLabel } from '../src/index.ts'
import { Mesh } from './mesh.ts'
import type { Host } from './mesh-node.ts'

/** A peer that starts others at once when they are needed, if it may. */
function starter(role: 'admin' | 'host'): Host {
  const capacity = { scaler: 'local', bucketMs: 1_000, startMs: 2_000, coolDownMs: 1_000, answerMs: 600_000 }
  return { slots: 1, role, offer: { labels: { [scalerLabel]: 'local' } }, capacity }
}

/** So many tasks that take a minute each. */
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

/** A dozen peers to which one task a minute is submitted, each of half a minute; five of them have a slot. */
function thinDemand(peersWithWork: number): Mesh {
  const names = Array.from({ length: 12 }, (_, i) => `p${i}`)
  const hosts = Object.fromEntries(names.map((name, i) => [name, i < 5 ? 1 : 0]))
  const seat: Host = { ...(starter('admin') as object), slots: 0 }
  const mesh = new Mesh({ ...hosts, seat: { ...seat, capacity: { scaler: 'local', startMs: 30_000 } } })
  for (let tenSeconds = 0; tenSeconds < 30; tenSeconds++) {
    for (const [i, name] of names.slice(0, peersWithWork).entries()) {
      if ((tenSeconds + i) % 6 === 0) mesh.submit(name, `${name}at${tenSeconds}x`, { ms: 30_000 })
    }
    mesh.run(10_000)
  }
  return mesh
}

test('a mesh grows for what is spread thin over its peers, none of whom would need more alone', () => {
  expect(thinDemand(1).traces('seat', 'capacity.ordered')).toEqual([])
  const mesh = thinDemand(12)
  const { classes } = mesh.node('seat').peer.snapshot().capacity!
  expect(classes).toMatchObject([{ class: 'sleep', peers: 12, runMs: 30_000 }])
  // Two tenths a second, each for half a minute.
  expect(classes[0]!.perSecond).toBeCloseTo(0.2, 1)
  expect(mesh.traces('seat', 'capacity.ordered').map(({ kind }) => kind)).toContain('grow')
})
