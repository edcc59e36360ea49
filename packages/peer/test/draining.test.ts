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

  test('of two hands over what only it keeps, custody and all: it may go then', () => {
    const mesh = new Mesh({ p0: 1, p1: 1 })
    mesh.submit('p1', 'busy', { ms: 20_000 })
    mesh.run(100)
    for (let i = 0; i < 20; i++) mesh.submit('p0', `task-${i}-`, { ms: i === 0 ? 3_000 : 50 })
    mesh.run(100)
    mesh.step('p0', { type: 'drain', on: true })
    expect(progress(mesh, 'p0').state).toBe('draining')
    mesh.run(2_000)
    expect(progress(mesh, 'p0')).toMatchObject({ state: 'draining', waiting: 0, held: 0, running: 1 })
    mesh.until(() => progress(mesh, 'p0').state === 'drained')
    mesh.step('p0', { type: 'leave' })
    mesh.run(50)
    mesh.kill('p0')
    mesh.run(30_000)
    const ended = mesh.traces('p1', 'task.closed').map(({ kind }) => kind)
    expect(ended).toEqual(Array(21).fill('succeeded'))
    expect(new Set(started(mesh, 'p0', 'p1').map(({ task }) => task)).size).toBe(21)
    expect(started(mesh, 'p0', 'p1')).toHaveLength(21)
  })

  test('holds what only it keeps where nobody else keeps anything, until a host asks for it', () => {
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

describe('a restart', () => {
  const restarted = (mesh: Mesh, name: string) => {
    mesh.kill(name)
    mesh.run(1_000)
    mesh.start(name)
    mesh.run(1_000)
  }

  test('is no reason to take work again: it drains until it is told otherwise', () => {
    const mesh = new Mesh({ p0: 1, p1: 1, p2: 0 })
    mesh.step('p0', { type: 'drain', on: true })
    mesh.run(1_000)
    restarted(mesh, 'p0')
    expect(progress(mesh, 'p0')).toMatchObject({ state: 'drained', forMs: 3_000 })
    for (const name of ['a', 'b']) mesh.submit('p2', name, { ms: 100 })
    mesh.run(2_000)
    expect(outcomes(mesh, 'p2').map(({ host }) => host)).toEqual(['p1', 'p1'])
    mesh.step('p0', { type: 'drain', on: false })
    mesh.run(1_000)
    restarted(mesh, 'p0')
    expect(progress(mesh, 'p0').state).toBe('off')
  })

  test('remembers that it takes work again once it is told so with a disk that works', () => {
    const mesh = new Mesh({ p0: 1, p1: 1, p2: 0 })
    mesh.step('p0', { type: 'drain', on: true })
    mesh.run(100)
    mesh.node('p0').diskFull = true
    mesh.step('p0', { type: 'drain', on: false })
    mesh.run(1_000)
    mesh.node('p0').diskFull = false
    mesh.step('p0', { type: 'drain', on: false })
    mesh.run(100)
    restarted(mesh, 'p0')
    expect(progress(mesh, 'p0').state).toBe('off')
  })

  test('does not put off the deadline', () => {
    const mesh = new Mesh({ p0: 1, p1: 1, p2: 0 })
    mesh.step('p0', { type: 'drain', on: true, deadlineMs: 10_000 })
    mesh.run(1_000)
    restarted(mesh, 'p0')
    expect(progress(mesh, 'p0')).toMatchObject({ leftMs: 7_000 })
    mesh.step('p0', { type: 'drain', on: true })
    mesh.run(100)
    restarted(mesh, 'p0')
    expect(progress(mesh, 'p0').leftMs).toBeUndefined()
  })

  test('takes work again where it drained only in order to stop', () => {
    const mesh = new Mesh({ p0: 1, p1: 1, p2: 0 })
    mesh.step('p0', { type: 'drain', on: true, leaving: true })
    mesh.run(1_000)
    expect(progress(mesh, 'p0').state).toBe('drained')
    restarted(mesh, 'p0')
    expect(progress(mesh, 'p0').state).toBe('off')
    expect(mesh.node('p0').peer.snapshot().offer.draining).toBe(false)
  })
})
