import { describe, expect, test } from 'vitest'
import { proofOf } from './fixtures.ts'
import { Mesh } from './mesh.ts'

/** Starts a host that is down as life `toLife` again, as if its disk were an old copy. */
function rollBack(mesh: Mesh, name: string, toLife: number): void {
  const node = mesh.node(name)
  node.incarnation = toLife - 1
  mesh.start(name)
}

describe('a host whose store is older than its last life', () => {
  test('is told so by whoever had nothing of that life but its hello, also after a restart of that one', () => {
    const mesh = new Mesh({ p0: 1, p1: 1, p2: 1 })
    for (const name of ['p0', 'p2']) mesh.kill(name)
    mesh.start('p2')
    // Until p1 has met p2's second life and written it down.
    mesh.until(() => (mesh.node('p1').disk.get('member/p2') as { incarnation: number }).incarnation === 2)
    mesh.kill('p2')
    mesh.run(1)
    expect(mesh.node('p1').disk.get('member/p2')).toMatchObject({ proof: proofOf('p2', 2) })
    mesh.kill('p1')
    mesh.run(1_000)
    mesh.start('p1')
    rollBack(mesh, 'p2', 1)
    mesh.run(1_000)
    expect(mesh.traces('p2', 'store.behind')).toMatchObject([{ own: 1, seen: 2 }])
  })

  test('is not told so where nobody heard of that life: it is in the life that the others expect next', () => {
    const mesh = new Mesh({ p0: 1, p1: 1, p2: 1 })
    for (const name of ['p0', 'p1', 'p2']) mesh.kill(name)
    mesh.start('p2')
    mesh.run(1_000)
    mesh.kill('p2')
    for (const name of ['p0', 'p1']) mesh.start(name)
    rollBack(mesh, 'p2', 2)
    mesh.run(1_000)
    expect(mesh.traces('p2', 'store.behind')).toEqual([])
    mesh.submit('p0', 'a')
    mesh.run(1_000)
    expect(mesh.replies('p0', 'outcome')).toMatchObject([{ outcome: { kind: 'succeeded' } }])
  })
})
