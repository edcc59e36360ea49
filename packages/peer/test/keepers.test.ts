import { describe, expect, test } from 'vitest'
import { storedPrefixes } from '../src/index.ts'
import { idOf, keepsNone, nonceOf, spec } from './fixtures.ts'
import { Mesh } from './mesh.ts'

const task = idOf('a')

/** p0, p1 and p2 are the custodians of every task, p1 and p2 can run it, and p3 only asks. */
function three(ms = 5_000): Mesh {
  const mesh = new Mesh({ p0: 0, p1: 1, p2: 1, p3: keepsNone(0) })
  mesh.submit('p0', 'a', { ms })
  mesh.until(() => mesh.replies('p0', 'accepted').length > 0)
  return mesh
}

function view(mesh: Mesh, at: string) {
  mesh.step(at, { type: 'query', client: 1, task, watch: false })
  mesh.run(4_000)
  return mesh.replies(at, 'view').at(-1)!
}

describe('a task that three keep', () => {
  test('is accepted once two of them have it', () => {
    const mesh = new Mesh({ p0: 0, p1: 1, p2: 1 })
    mesh.node('p2').diskFull = true
    mesh.submit('p0', 'a')
    mesh.run(100)
    expect(mesh.replies('p0', 'outcome')).toMatchObject([{ outcome: { kind: 'succeeded' } }])
    mesh.node('p1').diskFull = true
    mesh.submit('p0', 'b')
    mesh.run(100)
    expect(mesh.replies('p0', 'refused')).toMatchObject([{ code: 'disk-full' }])
  })

  test('is refused where only one of them can be reached, unless its origin alone will do', () => {
    const mesh = new Mesh({ p0: 1, p1: 1, p2: 1 })
    for (const away of ['p1', 'p2']) mesh.cut('p0', away)
    mesh.submit('p0', 'a')
    mesh.submit('p0', 'b', { durability: 'local' })
    mesh.run(100)
    expect(mesh.replies('p0', 'refused')).toMatchObject([{ code: 'no-quorum' }])
    expect(mesh.replies('p0', 'outcome')).toMatchObject([{ task: idOf('b'), outcome: { kind: 'succeeded' } }])
  })

  test('is told of by those who are left, and ends without the peer that it was submitted to', () => {
    const mesh = three(2_000)
    mesh.kill('p0')
    mesh.run(6_000)
    expect(view(mesh, 'p3')).toMatchObject({
      reachable: true,
      view: { state: 'closed', outcome: { kind: 'succeeded' } },
    })
  })

  test('that waited with the peer it was submitted to, which is gone, is started by those who are left', () => {
    const mesh = new Mesh({ p0: 0, p1: 1, p2: keepsNone(0), p3: 0, p4: 0 })
    mesh.submit('p4', 'long', { ms: 3_000 })
    mesh.run(50)
    mesh.submit('p0', 'a', { ms: 100 })
    mesh.run(500)
    mesh.kill('p0')
    mesh.run(10_000)
    expect(view(mesh, 'p2')).toMatchObject({ view: { state: 'closed', outcome: { kind: 'succeeded', host: 'p1' } } })
  })

  test('is the same task for the same key at another peer', () => {
    const mesh = three(500)
    mesh.kill('p0')
    mesh.submit('p2', 'a', { ms: 500 }, { client: 9 })
    mesh.run(10_000)
    expect(mesh.replies('p2', 'accepted')).toMatchObject([{ task }])
    expect(mesh.replies('p2', 'outcome')).toMatchObject([{ task, outcome: { kind: 'succeeded' } }])
    const started = ['p1', 'p2'].flatMap((at) => mesh.traces(at, 'task.started'))
    expect(started).toHaveLength(1)
  })

  test('cannot be told of where none of them can be asked; that is not the same as unknown', () => {
    const mesh = three()
    for (const keeper of ['p0', 'p1', 'p2']) mesh.cut('p3', keeper)
    expect(view(mesh, 'p3')).toMatchObject({ view: undefined, reachable: false })
  })

  test('is refused as unlucky where its client would rather make another key, while others could keep it', () => {
    const mesh = new Mesh({ p0: 1, p1: 0, p2: 0, p3: 0, p4: 0 })
    const submission = { tag: 1, nonce: nonceOf('a'), choosy: true, spec: spec() }
    const custodians = () => mesh.node('p0').peer.custodiansOf(submission)
    const away = custodians()!.find((peer) => peer !== 'p0')!
    mesh.cut('p0', away)
    expect(custodians()).toBeUndefined()
    expect(mesh.node('p0').peer.whyUnlucky(submission)).toMatchObject({ code: 'key-unlucky' })
    mesh.step('p0', { type: 'submit', client: 1, tasks: [submission] })
    expect(mesh.replies('p0', 'refused')).toMatchObject([{ code: 'key-unlucky' }])
    // Cut off from all others, no other key would help: the refusal is another one.
    for (const other of ['p1', 'p2', 'p3', 'p4'].filter((peer) => peer !== away)) mesh.cut('p0', other)
    mesh.step('p0', { type: 'submit', client: 1, tasks: [submission] })
    expect(mesh.replies('p0', 'refused').map(({ code }) => code)).toEqual(['key-unlucky', 'no-quorum'])
    expect(mesh.node('p0').peer.whyUnlucky(submission)).toBeUndefined()
  })

  test('is listed once, also when the first of them is away', () => {
    const mesh = three()
    const listed = () => {
      mesh.list('p3')
      mesh.run(2_000)
      return mesh.replies('p3', 'listed').at(-1)
    }
    expect(listed()).toMatchObject({ tasks: [{ id: task }], total: 1 })
    const [first] = view(mesh, 'p3').view!.record.custodians
    mesh.cut('p3', first!)
    expect(listed()).toMatchObject({ tasks: [{ id: task }], total: 1 })
  })

  test('is listed by the next of them when the first has left', () => {
    const mesh = three()
    const [first] = view(mesh, 'p3').view!.record.custodians
    mesh.step(first!, { type: 'leave' })
    mesh.run(50)
    mesh.kill(first!)
    mesh.list('p3')
    mesh.run(2_000)
    expect(mesh.replies('p3', 'listed')).toMatchObject([{ tasks: [{ id: task }], total: 1, missing: [] }])
  })

  test('gets another keeper in the place of one that is gone', () => {
    const mesh = new Mesh({ p0: 0, p1: 1, p2: 0, p3: 0, p4: 0 })
    mesh.submit('p0', 'a', { ms: 60_000 })
    mesh.run(1_000)
    const before = view(mesh, 'p0').view!.record
    const gone = before.custodians.find((peer) => peer !== 'p0' && peer !== 'p1')!
    mesh.kill(gone)
    mesh.run(40_000)
    const after = view(mesh, 'p0').view!.record
    expect(after.version).toBeGreaterThan(before.version)
    expect(after.custodians).toHaveLength(3)
    expect(after.custodians).not.toContain(gone)
  })
})

test('who keeps which task is the same while one of a zone starts anew, and has not yet said where it stands', () => {
  const inZone = (zone: string) => ({ slots: 1, offer: { labels: { zone } } })
  const mesh = new Mesh({ a1: inZone('a'), a2: inZone('a'), b1: inZone('b'), c1: inZone('c') })
  const submissions = Array.from({ length: 16 }, (_, i) => ({ tag: 1, nonce: nonceOf(`task-${i}`), spec: spec() }))
  const chosen = () => submissions.map((submission) => mesh.node('b1').peer.custodiansOf(submission))
  const before = chosen()
  // b1 hears of a2's new life from a third peer, without the advert of that life.
  mesh.cut('b1', 'a2')
  mesh.kill('a2')
  mesh.run(100)
  mesh.start('a2')
  for (let i = 0; i < 5_000; i++) {
    mesh.run(1)
    expect(chosen()).toEqual(before)
  }
})

describe('what is stored', () => {
  test('comes back whole in the next life: every key begins with what the driver loads', () => {
    const mesh = three(60_000)
    mesh.run(5_000)
    const keys = ['p0', 'p1', 'p2'].flatMap((name) => [...mesh.node(name).disk.keys()])
    expect(new Set(keys.map((key) => key.slice(0, key.indexOf('/') + 1)))).toEqual(
      new Set(['task/', 'vote/', 'why/', 'member/']),
    )
    expect(storedPrefixes).toEqual(expect.arrayContaining(['task/', 'vote/', 'over/', 'why/', 'member/']))
    mesh.submit('p0', 'b')
    mesh.run(1_000)
    const more = ['p0', 'p1', 'p2'].flatMap((name) => [...mesh.node(name).disk.keys()])
    expect(more.filter((key) => !storedPrefixes.some((prefix) => key.startsWith(prefix)))).toEqual([])
  })
})

test('a peer tells by how many tasks are kept, as the submitter counts them', () => {
  const meshes = [
    new Mesh({ p0: 0, p1: 0 }),
    new Mesh({ p0: 0, p1: 0, p2: keepsNone(0) }),
    new Mesh({ p0: 0, p1: 0, p2: 0, p3: keepsNone(0) }),
  ]
  const seen = meshes.map((mesh) => {
    const { peer } = mesh.node('p0')
    const { keeping } = peer.snapshot()
    expect(peer.custodiansOf({ tag: 1, nonce: nonceOf('a'), spec: spec() })).toHaveLength(keeping.custodians)
    return keeping
  })
  expect(seen).toMatchObject([
    { members: 2, keepers: 2, custodians: 1, here: true },
    { members: 3, keepers: 2, custodians: 1, here: true },
    { members: 4, keepers: 3, custodians: 3, heardFromMajority: true },
  ])
  expect(meshes[2]!.node('p3').peer.snapshot().keeping.here).toBe(false)
})
