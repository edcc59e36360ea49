import { describe, expect, test } from 'vitest'
import { idOf, keepsNone } from './fixtures.ts'
import { Mesh } from './mesh.ts'

const outcomes = (mesh: Mesh, at: string) => mesh.replies(at, 'outcome').map(({ outcome }) => outcome)
const progress = (mesh: Mesh, at: string) => mesh.node(at).peer.snapshot().drain
const started = (mesh: Mesh, ...at: string[]) => at.flatMap((name) => mesh.traces(name, 'task.started'))

/** Four hosts of eight slots, all busy with long tasks of p1; 8 run at p0 and 200 wait there. */
function crowded(): Mesh {
  const mesh = new Mesh({ p0: 8, p1: 8, p2: 8, p3: 8 })
  for (let i = 0; i < 32; i++) mesh.submit('p0', `run-${i}-`, { ms: 20_000 })
  mesh.run(500)
  for (let i = 0; i < 200; i++) mesh.submit('p0', `wait-${i}-`, { ms: 500 })
  mesh.run(500)
  return mesh
}

describe('a peer that drains', () => {
  test('hands 200 waiting tasks over within two seconds, and none is lost or run twice', () => {
    const mesh = crowded()
    expect(mesh.node('p0').peer.loadStamp()).toMatchObject({ waiting: 200, running: 8 })
    mesh.step('p0', { type: 'drain', on: true })
    mesh.run(2_000)
    expect(progress(mesh, 'p0')).toMatchObject({ state: 'draining', waiting: 0, held: 0, running: 8, handedOver: 200 })
    const elsewhere = ['p1', 'p2', 'p3'].map((name) => mesh.node(name).peer.loadStamp().waiting)
    expect(elsewhere.reduce((sum, waiting) => sum + waiting)).toBe(200)
    mesh.run(30_000)
    expect(progress(mesh, 'p0').state).toBe('drained')
    expect(outcomes(mesh, 'p0')).toHaveLength(232)
    expect(outcomes(mesh, 'p0').every(({ kind, attempts }) => kind === 'succeeded' && attempts.length === 0)).toBe(true)
    expect(started(mesh, 'p0', 'p1', 'p2', 'p3')).toHaveLength(232)
  })

  test('loses nothing when it leaves then, for good', () => {
    const mesh = crowded()
    mesh.step('p0', { type: 'drain', on: true })
    mesh.until(() => progress(mesh, 'p0').state === 'drained')
    mesh.step('p0', { type: 'leave' })
    mesh.run(50)
    mesh.kill('p0')
    mesh.run(15_000)
    const closed = ['p1', 'p2', 'p3'].flatMap((name) => mesh.traces(name, 'task.chosen').map(({ task }) => task))
    expect(new Set(closed).size).toBe(closed.length)
    expect(closed).toHaveLength(232 - 8)
    expect(started(mesh, 'p0', 'p1', 'p2', 'p3')).toHaveLength(232)
  })

  test('gives a place elsewhere to what is submitted through it, or to its custodians what finds none', () => {
    const mesh = new Mesh({ p0: 1, p1: 1, p2: 0 })
    mesh.step('p0', { type: 'drain', on: true })
    mesh.run(1_000)
    for (const name of ['a', 'b']) mesh.submit('p0', name, { ms: 5_000 })
    mesh.run(2_000)
    expect(mesh.node('p1').runs.size).toBe(1)
    expect(progress(mesh, 'p0')).toMatchObject({ state: 'drained', waiting: 0, held: 0 })
    mesh.run(10_000)
    expect(outcomes(mesh, 'p0').map(({ host }) => host)).toEqual(['p1', 'p1'])
  })

  test('holds what only it keeps, until a host asks for it', () => {
    const mesh = new Mesh({ p0: 1, p1: keepsNone(1) })
    for (const name of ['a', 'b', 'c']) mesh.submit('p0', name, { ms: 1_000 })
    mesh.run(100)
    mesh.step('p0', { type: 'drain', on: true })
    mesh.run(100)
    expect(progress(mesh, 'p0')).toMatchObject({ running: 1, held: 1 })
    mesh.run(5_000)
    expect(
      outcomes(mesh, 'p0')
        .map(({ host }) => host)
        .sort(),
    ).toEqual(['p0', 'p1', 'p1'])
  })

  test('passes nothing to and fro with others that drain as well', () => {
    const mesh = new Mesh({ p0: 1, p1: 1, p2: 1 })
    for (const name of ['p0', 'p1', 'p2']) mesh.step(name, { type: 'drain', on: true })
    mesh.run(100)
    mesh.submit('p0', 'a')
    mesh.run(10_000)
    expect(mesh.traces('p0', 'task.givenUp')).toEqual([])
    mesh.step('p2', { type: 'drain', on: false })
    mesh.run(5_000)
    expect(outcomes(mesh, 'p0')).toMatchObject([{ kind: 'succeeded', host: 'p2' }])
  })

  test('takes up again what it may once it no longer drains', () => {
    const mesh = new Mesh({ p0: 1, p1: 0, p2: 0 })
    mesh.submit('p0', 'a', { ms: 300 })
    mesh.submit('p0', 'b')
    mesh.run(100)
    mesh.step('p0', { type: 'drain', on: true })
    mesh.run(5_000)
    expect(outcomes(mesh, 'p0')).toHaveLength(1)
    mesh.step('p0', { type: 'drain', on: false })
    mesh.run(2_000)
    expect(outcomes(mesh, 'p0')).toMatchObject([{ host: 'p0' }, { host: 'p0', kind: 'succeeded' }])
  })
})

describe('a deadline', () => {
  test('stops what still runs, which runs elsewhere, and that is no attempt', () => {
    const mesh = new Mesh({ p0: 1, p1: 0, p2: 0 })
    mesh.submit('p1', 'a', { ms: 10_000 })
    mesh.run(500)
    mesh.step('p0', { type: 'drain', on: true, deadlineMs: 1_000 })
    mesh.join('p3', { slots: 1 })
    mesh.run(800)
    expect(mesh.node('p0').runs.has(idOf('a'))).toBe(true)
    mesh.run(3_000)
    expect([mesh.node('p0').runs.size, mesh.node('p3').runs.size]).toEqual([0, 1])
    mesh.run(12_000)
    expect(outcomes(mesh, 'p1')).toMatchObject([{ kind: 'succeeded', host: 'p3', attempts: [] }])
  })

  test('leaves what starts at most once to its end', () => {
    const mesh = new Mesh({ p0: 1, p1: 0, p2: 0 })
    mesh.submit('p1', 'a', { ms: 3_000, starts: 'at-most-once' })
    mesh.run(500)
    mesh.step('p0', { type: 'drain', on: true, deadlineMs: 100 })
    mesh.run(1_000)
    expect(progress(mesh, 'p0')).toMatchObject({ running: 1, runningOnce: 1, stopped: 0 })
    mesh.run(5_000)
    expect(outcomes(mesh, 'p1')).toMatchObject([{ kind: 'succeeded', host: 'p0' }])
  })
})
