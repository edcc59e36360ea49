import { limits } from '@souk/wire'
import { describe, expect, test } from 'vitest'
import { firstMembers } from '../src/index.ts'
import { certificate, idOf } from './fixtures.ts'
import { Mesh } from './mesh.ts'

const named = (mesh: Mesh, by: string) =>
  mesh
    .node(by)
    .peer.introductions()
    .map(({ peer }) => peer)

describe('a peer that has just joined', () => {
  test('accepts nothing alone where the mesh has three members, though it has met none of them', () => {
    const mesh = new Mesh({ p0: 1, p1: 1 })
    mesh.join('p2', 1)
    mesh.submit('p2', 'a')
    expect(mesh.replies('p2', 'refused')).toMatchObject([{ code: 'no-quorum' }])
    expect(mesh.node('p2').peer.snapshot()).toMatchObject({ keeping: { members: 3, custodians: 3 } })
  })

  test('has its tasks kept by three as soon as it has met them', () => {
    const mesh = new Mesh({ p0: 1, p1: 1 })
    mesh.join('p2', 1)
    mesh.run(100)
    mesh.submit('p2', 'a')
    mesh.run(100)
    expect(mesh.replies('p2', 'outcome')).toMatchObject([{ outcome: { kind: 'succeeded' } }])
    expect([...mesh.node('p2').peer.keepersOf(idOf('a'))].sort()).toEqual(['p0', 'p1', 'p2'])
  })

  test('takes whatever life of a member it meets, and remembers that one', () => {
    const mesh = new Mesh({ p0: 1, p1: 1 })
    mesh.kill('p1')
    mesh.start('p1')
    mesh.join('p2', 1)
    expect(mesh.node('p2').disk.get('member/p1')).toEqual({ certificate: certificate('p1'), incarnation: 0 })
    mesh.run(3_000)
    expect(mesh.node('p2').disk.get('member/p1')).toMatchObject({ incarnation: 2, advert: { peer: 'p1' } })
  })

  test('counts itself once, though it was named as well', () => {
    const mesh = new Mesh({ p0: 1 })
    mesh.kill('p0')
    for (const { key, value } of firstMembers([certificate('p0'), certificate('p1')]))
      mesh.node('p0').disk.set(key, value)
    mesh.start('p0')
    expect(mesh.node('p0').peer.snapshot()).toMatchObject({ keeping: { members: 2 } })
  })
})

test('the first peer of a mesh keeps its tasks alone', () => {
  const mesh = new Mesh({ p0: 1 })
  mesh.submit('p0', 'a')
  mesh.run(100)
  expect(mesh.replies('p0', 'outcome')).toMatchObject([{ outcome: { kind: 'succeeded' } }])
})

describe('whom a peer names to those who join', () => {
  test('is itself first, then who may keep tasks, then the rest; the dead too, but nobody who left', () => {
    const hosts = { eye: { slots: 0, role: 'observe' }, p0: 1, p1: 1, p2: 1, p3: 1 } as const
    const mesh = new Mesh(hosts)
    expect(named(mesh, 'p2')).toEqual(['p2', 'p0', 'p1', 'p3', 'eye'])
    mesh.step('p0', { type: 'leave' })
    mesh.kill('p1')
    mesh.until(() => mesh.traces('p2', 'member.state').some(({ peer, state }) => peer === 'p1' && state === 'dead'))
    expect(named(mesh, 'p2')).toEqual(['p2', 'p3', 'p1', 'eye'])
  })

  test('is not more than one answer carries', () => {
    const mesh = new Mesh({ p0: 1 })
    const many = Array.from({ length: limits.introducedMax + 5 }, (_, i) => certificate(`q${100 + i}`))
    mesh.kill('p0')
    for (const { key, value } of firstMembers(many)) mesh.node('p0').disk.set(key, value)
    mesh.start('p0')
    expect(named(mesh, 'p0')).toHaveLength(limits.introducedMax)
    expect(named(mesh, 'p0').slice(0, 2)).toEqual(['p0', 'q100'])
  })
})
