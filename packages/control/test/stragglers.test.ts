import type { TaskView } from '@souk/wire'
import { describe, expect, test } from 'vitest'
import type { PeerSnapshotView } from '../src/peer-snapshot-view.ts'
import { stragglersAmong, straggles } from '../src/stragglers.ts'
import { nowWallMs, seenTask } from './analysis/seen.ts'

const tail = { class: 'process/x', p99Ms: 1_000, runs: 50, limitMs: 3_000 }
const own = { ...tail, task: 'own', elapsedMs: 9_000 }
const snapshot = { self: 'h0', stragglers: { runs: [own], classes: [tail] } } as unknown as PeerSnapshotView

const running = (id: string, host: string, sinceMs: number, over = {}) =>
  seenTask({ id, host, state: 'running', startedWallMs: nowWallMs - sinceMs, ...over })

describe('of all tasks that run anywhere', () => {
  test('those are told that have taken longer than their class allows, longest first, and this host as it sees itself', () => {
    const tasks = [
      running('brief', 'h1', 2_999),
      running('slow', 'h1', 3_000),
      running('slower', 'h2', 20_000),
      running('unlike', 'h1', 20_000, { class: 'process/y' }),
      running('mine', 'h0', 20_000),
      seenTask({ id: 'waits', host: 'h1', startedWallMs: 0 }),
    ]
    const told = stragglersAmong(tasks, snapshot, nowWallMs)
    expect(told.map(({ task, host, elapsedMs }) => [task, host, elapsedMs])).toEqual([
      ['slower', 'h2', 20_000],
      ['own', 'h0', 9_000],
      ['slow', 'h1', 3_000],
    ])
    expect(told[0]).toMatchObject(tail)
  })

  test('none are told by a peer that knows nothing of it', () => {
    expect(stragglersAmong([running('a', 'h1', 20_000)], { self: 'h0' } as PeerSnapshotView, nowWallMs)).toEqual([])
  })
})

describe('of one task', () => {
  const viewOf = (task: string, over = {}) =>
    ({
      record: { id: task, spec: { class: 'process/x' } },
      state: 'running',
      bearer: 'h1',
      timeline: [
        { event: 'running', wallMs: nowWallMs - 60_000 },
        { event: 'given up', wallMs: nowWallMs - 50_000 },
        { event: 'running', wallMs: nowWallMs - 5_000 },
      ],
      ...over,
    }) as unknown as TaskView

  test('it counts how long the present run takes, as its custodians heard or as its own host sees it', () => {
    expect(straggles(viewOf('a'), snapshot, nowWallMs)).toMatchObject({ task: 'a', host: 'h1', elapsedMs: 5_000 })
    expect(straggles(viewOf('own'), snapshot, nowWallMs)).toMatchObject({ task: 'own', host: 'h0', elapsedMs: 9_000 })
  })

  test('one that waits, or has only begun, does not', () => {
    expect(straggles(viewOf('a', { state: 'waiting' }), snapshot, nowWallMs)).toBeUndefined()
    expect(straggles(viewOf('a'), snapshot, nowWallMs - 4_000)).toBeUndefined()
  })
})
