import { emptyRequest, emptyVector } from '@souk/kernel'
import { describe, expect, test } from 'vitest'
import {
  type BorneView,
  defaultRebalanceConfig,
  type HostLoad,
  type RebalanceConfig,
  Rebalancer,
  type RebalancerEffect,
} from '../src/index.ts'
import { MoveBudget } from '../src/move-budget.ts'

const pressed = { readings: { memoryFreeShare: 0.01 } }
const eased = { readings: { memoryFreeShare: 0.9 } }
const queued = (task: string, over: Partial<BorneView> = {}): BorneView => ({
  task,
  state: 'queued',
  fixed: false,
  ending: false,
  movable: true,
  startsOnce: false,
  checkpoints: false,
  memoryBytes: 0,
  sinceMs: 0,
  custodians: ['p0'],
  ...over,
})

const running = { request: emptyRequest(), fromMs: 0, toMs: undefined, expectedMs: 10_000 }
const host = (peer: string, slots: number, busy = 0): HostLoad => ({
  peer,
  capacity: { ...emptyVector(), slots },
  draining: false,
  runs: Array.from({ length: busy }, () => running),
})

/** The rebalancer of a full host with this queue, beside other hosts. */
function stand({
  queue = [] as BorneView[],
  others = [] as HostLoad[],
  config = {} as Partial<RebalanceConfig>,
  /** tasks that no other host has room for */
  stuck = [] as string[],
}) {
  const rebalancer = new Rebalancer(
    { ...defaultRebalanceConfig, pressure: { ...defaultRebalanceConfig.pressure, readingsMin: 1 }, ...config },
    {
      queued: () => queue.filter(({ state }) => state === 'queued').length,
      hasRoomElsewhere: (task) => !stuck.includes(task),
      borne: () => queue,
      facts: (_, nowMs) => ({
        nowMs,
        windowMs: 1_000,
        hosts: [host('p0', 1, 1), ...others],
        lots: [
          {
            bearer: 'p0',
            class: 'work',
            count: queue.length,
            request: emptyRequest(),
            bound: true,
            expectedMs: 10_000,
            able: ['p0', ...others.map(({ peer }) => peer)],
            tasks: queue.map(({ task }) => task),
          },
        ],
        roundTripMs: 2,
      }),
    },
  )
  const step = (input: Parameters<Rebalancer['step']>[0], now: number): RebalancerEffect[] => {
    const out: RebalancerEffect[] = []
    rebalancer.step(input, now, out)
    return out
  }
  return { rebalancer, step }
}

const four = ['a', 'b', 'c', 'd'].map((task) => queued(task))

describe('a host with a queue', () => {
  test('gives up as many as others have room for, for the reason of the plan, and looks again a second later', () => {
    const { rebalancer, step } = stand({ queue: four, others: [host('p1', 2)] })
    expect(rebalancer.state(0).strategy).toMatchObject({ strategy: 'shed', code: 'idle-beside-queue' })
    expect(step({ type: 'wake' }, 0)).toMatchObject([{ type: 'putBack', tasks: ['a', 'b'], code: 'idle-beside-queue' }])
    expect(rebalancer.nextWakeup()).toBe(1_000)
    expect(step({ type: 'wake' }, 999)).toEqual([])
    expect(rebalancer.state(999)).toMatchObject({ movesLastMinute: 2 })
  })

  test('keeps it where nobody has room, and says why', () => {
    const { rebalancer, step } = stand({ queue: four, others: [host('p1', 2, 2)] })
    expect(step({ type: 'wake' }, 0)).toEqual([])
    expect(rebalancer.state(0).strategy).toMatchObject({ strategy: 'none', code: 'saturated' })
  })

  test('gives up nothing where that is switched off, nor more than is allowed in a minute', () => {
    const off = stand({ queue: four, others: [host('p1', 4)], config: { on: false } })
    expect([off.rebalancer.nextWakeup(), off.step({ type: 'wake' }, 0)]).toEqual([undefined, []])
    expect([off.rebalancer.mayMoveOne(0), off.rebalancer.mayMoveAsTold(0)]).toEqual([false, true])
    const few = stand({ queue: four, others: [host('p1', 4)], config: { movesPerMinuteMax: 3 } })
    expect(few.step({ type: 'wake' }, 0)).toMatchObject([{ tasks: ['a', 'b', 'c'] }])
    expect(few.step({ type: 'wake' }, 59_999)).toEqual([])
    expect(few.step({ type: 'wake' }, 61_000)).toMatchObject([{ tasks: ['a', 'b', 'c'] }])
  })
})

test('a host under pressure gives up what is in its queue, not what waits for leave to begin', () => {
  const { step } = stand({ queue: [queued('a', { state: 'beginning' }), queued('b')] })
  const out = [...step({ type: 'readings', ...pressed }, 0), ...step({ type: 'wake' }, 1)]
  expect(out.flatMap((effect) => (effect.type === 'putBack' ? effect.tasks : []))).toEqual(['b'])
})

describe('a host that stays short of memory', () => {
  const run = (task: string, memoryBytes: number, over: Partial<BorneView> = {}) =>
    queued(task, { state: 'running', checkpoints: true, memoryBytes, ...over })
  const large = [
    run('plain', 90, { checkpoints: false }),
    run('once', 80, { startsOnce: true }),
    run('fixed', 70, { fixed: true }),
    run('stuck', 60),
  ]
  const shed = (out: RebalancerEffect[]) => out.flatMap((effect) => (effect.type === 'shedRun' ? [effect.task] : []))

  test('has its largest run that can go on elsewhere do so, and the next one after as long again', () => {
    const queue = [...large, run('small', 10), run('big', 50)]
    const { rebalancer, step } = stand({ queue, stuck: ['stuck'] })
    expect(shed(step({ type: 'readings', ...pressed }, 0))).toEqual([])
    expect(shed(step({ type: 'readings', ...pressed }, 9_999))).toEqual([])
    expect(rebalancer.nextWakeup()).toBe(10_000)
    expect(step({ type: 'wake' }, 10_000)).toMatchObject([
      {
        type: 'shedRun',
        task: 'big',
        memoryBytes: 50,
        code: 'memory-pressure',
        reason: expect.stringContaining('1 % of memory left'),
      },
    ])
    expect(rebalancer.state(10_000)).toMatchObject({ movesLastMinute: 1, pressure: { moved: 1 } })
    queue[5] = run('big', 50, { ending: true })
    // A run that is ending already gives memory back, so no further one is moved.
    expect(shed(step({ type: 'readings', ...pressed }, 20_000))).toEqual([])
    queue.pop()
    expect(shed(step({ type: 'readings', ...pressed }, 29_999))).toEqual([])
    expect(shed(step({ type: 'readings', ...pressed }, 30_000))).toEqual(['small'])
    step({ type: 'readings', ...eased }, 35_000)
    expect(rebalancer.nextWakeup()).toBeUndefined()
  })

  test.each([
    ['something waits that may go', { queue: [queued('waits'), run('a', 1)], config: { movesPerMinuteMax: 0 } }],
    ['nothing is to move by itself', { queue: [run('a', 1)], config: { on: false } }],
    ['there were too many moves of late', { queue: [run('a', 1)], config: { movesPerMinuteMax: 0 } }],
    ['nobody has room for it', { queue: [run('a', 1)], stuck: ['a'] }],
  ])('leaves its runs alone: %s', (_, given) => {
    const { step } = stand(given)
    step({ type: 'readings', ...pressed }, 0)
    expect(shed(step({ type: 'readings', ...pressed }, 10_000))).toEqual([])
  })

  test('leaves them alone where it is short of disk', () => {
    const { rebalancer, step } = stand({ queue: [run('a', 1)] })
    const full = { readings: { diskFreeBytes: 0 } }
    expect(step({ type: 'readings', ...full }, 0)).toMatchObject([
      { type: 'pressed', cause: { code: 'disk-pressure' } },
    ])
    expect(shed(step({ type: 'readings', ...full }, 10_000))).toEqual([])
    expect(rebalancer.state(10_000).pressure).toMatchObject({ moved: 0 })
  })
})

describe('a host under pressure', () => {
  test('gives up all that waits and may go, at once and again and again, until it is eased', () => {
    const staying = [
      queued('fixed', { fixed: true }),
      queued('ending', { ending: true }),
      queued('often', { movable: false }),
      queued('runs', { state: 'running' }),
    ]
    const { rebalancer, step } = stand({ queue: [...four, ...staying] })
    expect(step({ type: 'readings', ...pressed }, 0)).toMatchObject([
      { type: 'pressed', cause: { code: 'memory-pressure' } },
      { type: 'putBack', tasks: ['a', 'b', 'c', 'd'], code: 'memory-pressure' },
    ])
    expect(rebalancer.pressure).toMatchObject({ code: 'memory-pressure' })
    expect(rebalancer.nextWakeup()).toBe(100)
    expect(step({ type: 'readings', ...eased }, 5_000)).toMatchObject([{ type: 'eased', forMs: 5_000 }])
    expect(rebalancer.state(5_000).pressure).toBeUndefined()
  })

  test('keeps what waits where nothing is to move by itself, and takes nothing all the same', () => {
    const { rebalancer, step } = stand({ queue: four, config: { on: false } })
    expect(step({ type: 'readings', ...pressed }, 0)).toMatchObject([{ type: 'pressed' }])
    expect(rebalancer.pressure).toBeDefined()
  })

  test('is so no longer where nothing is measured any more', () => {
    const { rebalancer, step } = stand({})
    step({ type: 'readings', ...pressed }, 0)
    step({ type: 'wake' }, 25_000)
    expect(rebalancer.nextWakeup()).toBe(30_000)
    expect(step({ type: 'wake' }, 30_000)).toEqual([{ type: 'eased', forMs: 30_000 }])
    expect(rebalancer.nextWakeup()).toBeUndefined()
  })
})

test('a budget counts any minute, not the one on the clock', () => {
  const budget = new MoveBudget(2)
  expect([0, 50_000, 59_000, 60_000, 61_000, 110_000].map((ms) => budget.take(ms))).toEqual([
    ...[true, true, false, true, false, true],
  ])
  expect([budget.used(110_000), budget.left(110_000)]).toEqual([2, 0])
  expect(new MoveBudget(0).take(0)).toBe(false)
})
