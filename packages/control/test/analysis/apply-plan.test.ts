import type { PeerInput, Reply } from '@souk/peer'
import type { PeerHandle } from '@souk/runtime'
import type { TaskSummary } from '@souk/wire'
import { expect, test } from 'vitest'
import { AppliedPlans } from '../../src/analysis/applied-plans.ts'
import { applyPlan } from '../../src/analysis/apply-plan.ts'
import { balance } from '../../src/analysis/balance.ts'
import type { PeerSnapshotView } from '../../src/peer-snapshot-view.ts'
import type { ListOptions, TaskFinder } from '../../src/task-finder.ts'
import { seenHost, seenTask } from './seen.ts'

const full = seenHost('h0', { slots: 1 })
const idle = seenHost('h1', { slots: 2 })
const rebalance = {
  on: true,
  movesPerMinuteMax: 10,
  movesLastMinute: 0,
  strategy: { strategy: 'none', code: '', reason: '' },
}
const snapshot = {
  self: 'h0',
  offer: full.offer,
  load: { waiting: 0, running: 1 },
  rebalance: { ...rebalance, pressure: { code: 'overload', detail: '', forMs: 0.7, moved: 0 } },
  members: [
    { peer: 'h1', offer: idle.offer, role: 'host', reachable: true, rttMs: 1, load: { running: 0, pressed: false } },
  ],
} as unknown as PeerSnapshotView
const id = (n: number) => String(n).padStart(24, '0')

/** One runs and three wait in the queue of h0, beside an idle h1. */
function stand() {
  const queued = [1, 2, 3].map((n) => seenTask({ id: id(n), state: 'queued', host: 'h0', submittedWallMs: n }))
  const listed: TaskSummary[] = [seenTask({ id: id(0), state: 'running', host: 'h0' }), ...queued]
  const list = async ({ states }: ListOptions) => {
    const tasks = listed.filter(({ state }) => states.includes(state))
    return { tasks, total: tasks.length, missing: [] }
  }
  const told: PeerInput[] = []
  let listener: (reply: Reply) => void = () => {}
  const handle = {
    attach: (hears: typeof listener) => {
      listener = hears
      return 1
    },
    detach: () => {},
    input: (input: PeerInput) => {
      told.push(input)
      setImmediate(() => listener({ type: 'moved', results: [{ handed: 1, left: [{ code: 'gone', count: 1 }] }] }))
    },
  } as unknown as PeerHandle
  const finder = { list } as unknown as TaskFinder
  return { listed, told, parts: { handle, finder, info: { links: () => [] }, applied: new AppliedPlans() } }
}

test('a plan is made anew, handed to the peer, and kept with what was predicted of it', async () => {
  const { told, parts } = stand()
  const { plan, ...seen } = await balance(parts, snapshot)
  expect([plan.moves.length, seen.applied]).toEqual([1, undefined])
  expect(seen.rebalance.pressure).toEqual({ code: 'overload', detail: '', forMs: 1, moved: 0 })
  const applied = await applyPlan(parts, snapshot)
  expect(told).toMatchObject([
    { type: 'move', moves: [{ from: 'h0', to: 'h1', tasks: [id(1), id(2)], code: 'idle-beside-queue' }] },
  ])
  expect(applied).toMatchObject({
    moves: [{ from: 'h0', to: 'h1', count: 2, handed: 1, left: [{ code: 'gone', count: 1 }] }],
    predicted: plan.moved,
    real: { started: 0, waiting: 0 },
  })
})

test('what came of it is measured from then on, of the tasks that were to move alone', async () => {
  const { listed, parts } = stand()
  const { at } = await applyPlan(parts, snapshot)
  const startedWallMs = Date.parse(at) + 300
  listed.push(
    seenTask({ id: id(1), state: 'closed', kind: 'succeeded', host: 'h1', startedWallMs, ranMs: 5 }),
    seenTask({
      id: id(9),
      state: 'closed',
      kind: 'succeeded',
      host: 'h1',
      startedWallMs: startedWallMs + 9_000,
      ranMs: 5,
    }),
  )
  listed.splice(1, 1)
  const { applied } = await balance(parts, snapshot)
  expect(applied).toMatchObject({ at, real: { started: 1, waiting: 1, meanMs: 300, p95Ms: 300 } })
})

test('to a host under pressure nothing is to be moved, and it is shown so', async () => {
  const { parts } = stand()
  const [other] = snapshot.members
  const pressed = { ...snapshot, members: [{ ...other!, load: { ...other!.load!, pressed: true } }] }
  const { plan, hosts } = await balance(parts, pressed)
  expect(hosts.map((host) => [host.pressed, host.draining])).toEqual([
    [false, false],
    [true, false],
  ])
  expect(plan.moves).toEqual([])
  expect(plan.leftOut).toMatchObject([{ count: 3, code: 'no-room' }])
})
