import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Drain, type DrainEffect, type DrainedView, defaultRebalanceConfig } from '../src/index.ts'

const { settleMs, sweepMs } = defaultRebalanceConfig
const long = 10 * settleMs

/** The drain of peer self: tasks that it gives back are gone at once, stopped runs end with `endRuns`. */
class Stand {
  readonly tasks = new Map<string, DrainedView>()
  readonly away = new Set<string>(['self'])
  readonly drain: Drain
  now = 1_000

  constructor(sweepTasksMax = defaultRebalanceConfig.sweepTasksMax) {
    const seesToIt = (peer: string) => !this.away.has(peer)
    this.drain = new Drain({ ...defaultRebalanceConfig, sweepTasksMax }, { borne: () => this.tasks.values(), seesToIt })
  }

  has(task: string, over: Partial<DrainedView> = {}): this {
    const plain = {
      state: 'waiting',
      fixed: false,
      ending: false,
      movable: true,
      startsOnce: false,
      checkpoints: false,
      memoryBytes: 0,
      inherited: false,
      custodians: ['self', 'other'],
    } as const
    this.tasks.set(task, { task, sinceMs: this.now - long, ...plain, ...over })
    return this
  }

  on(deadlineMs?: number): DrainEffect[] {
    return this.#step({ type: 'drain', on: true, deadlineMs })
  }

  off(): DrainEffect[] {
    return this.#step({ type: 'drain', on: false })
  }

  pass(ms: number): DrainEffect[] {
    const until = this.now + ms
    const all: DrainEffect[] = []
    for (let due = this.drain.nextWakeup(); due !== undefined && due <= until; due = this.drain.nextWakeup()) {
      this.now = due
      all.push(...this.#step({ type: 'wake' }))
    }
    this.now = until
    return all
  }

  endRuns(): void {
    for (const { task, ending } of this.tasks.values()) if (ending) this.tasks.delete(task)
  }

  #step(input: Parameters<Drain['step']>[0]): DrainEffect[] {
    const out: DrainEffect[] = []
    this.drain.step(input, this.now, out)
    for (const task of givenBack(out)) {
      const borne = this.tasks.get(task)!
      if (borne.state === 'running') borne.ending = true
      else this.tasks.delete(task)
    }
    return out
  }
}

const givenBack = (effects: readonly DrainEffect[]): string[] =>
  effects.flatMap((effect) => (effect.type === 'giveBack' ? effect.tasks : []))

describe('a peer that drains', () => {
  test('gives back at once what waits and what is queued, and lets what runs go on', () => {
    const stand = new Stand().has('a').has('b', { state: 'queued' }).has('c', { state: 'running' })
    expect(givenBack(stand.on())).toEqual(['a', 'b'])
    expect(givenBack(stand.pass(60_000))).toEqual([])
    expect(stand.drain.progress(stand.now)).toMatchObject({ state: 'draining', running: 1, waiting: 0, handedOver: 2 })
  })

  test('has drained once nothing is left, and says so once', () => {
    const stand = new Stand().has('a', { state: 'running' }).has('b', { state: 'passing' })
    stand.on()
    expect(stand.pass(5_000)).toEqual([])
    stand.tasks.clear()
    expect(stand.pass(5_000)).toEqual([{ type: 'drained' }])
    expect(stand.drain.progress(stand.now).state).toBe('drained')
  })

  test('keeps what nobody else could see to, and has drained all the same', () => {
    const stand = new Stand().has('mine', { custodians: ['self'] }).has('away', { custodians: ['self', 'gone'] })
    stand.away.add('gone')
    expect(stand.on().map(({ type }) => type)).toEqual(['began', 'drained'])
    expect(stand.drain.progress(stand.now)).toMatchObject({ held: 2, waiting: 0 })
    stand.away.delete('gone')
    expect(givenBack(stand.pass(2_000))).toEqual(['away'])
  })

  test('has not drained while what it alone keeps is about to be kept by another', () => {
    const stand = new Stand().has('mine', { custodians: ['self'], inherited: true })
    expect(stand.on().map(({ type }) => type)).toEqual(['began'])
    expect(stand.drain.progress(stand.now)).toMatchObject({ held: 0, waiting: 1 })
    stand.has('mine', { custodians: ['other'] })
    expect(givenBack(stand.pass(sweepMs))).toEqual(['mine'])
  })

  test('hands over what comes later, once it has had its auction', () => {
    const stand = new Stand()
    stand.on()
    stand.pass(1_000)
    stand.has('late', { sinceMs: stand.now })
    expect(givenBack(stand.pass(settleMs - 1))).toEqual([])
    expect(givenBack(stand.pass(settleMs + 10 * sweepMs))).toEqual(['late'])
  })

  test('asks a run that leaves a checkpoint for it at once, where another peer sees to the task then', () => {
    const stand = new Stand()
      .has('goes', { state: 'running', checkpoints: true })
      .has('alone', { state: 'running', checkpoints: true, custodians: ['self'] })
      .has('once', { state: 'running', checkpoints: true, startsOnce: true })
    expect(givenBack(stand.on(5_000))).toEqual(['goes'])
    expect(stand.drain.progress(stand.now)).toMatchObject({ moved: 1, stopped: 0 })
    expect(givenBack(stand.pass(5_000))).toEqual(['alone'])
    expect(stand.drain.progress(stand.now)).toMatchObject({ moved: 1, stopped: 1 })
  })

  test('leaves what is fixed until it is not', () => {
    const stand = new Stand().has('a', { fixed: true })
    expect(givenBack(stand.on())).toEqual([])
    stand.has('a')
    expect(givenBack(stand.pass(sweepMs))).toEqual(['a'])
  })

  test('gives back so many in one look, and the rest in the next ones', () => {
    const stand = new Stand(2)
    for (const name of ['a', 'b', 'c', 'd', 'e']) stand.has(name)
    expect(givenBack(stand.on())).toEqual(['a', 'b'])
    expect(givenBack(stand.pass(2 * sweepMs))).toEqual(['c', 'd', 'e'])
  })

  test('does nothing more once it no longer drains', () => {
    const stand = new Stand().has('a', { state: 'running' })
    stand.on()
    expect(stand.off()).toEqual([{ type: 'ended' }])
    expect(stand.off()).toEqual([])
    stand.has('b')
    expect(stand.pass(60_000)).toEqual([])
    expect(stand.drain.progress(stand.now).state).toBe('off')
  })
})

describe('a deadline', () => {
  test('stops what still runs and gives it back, but not what starts at most once', () => {
    const stand = new Stand().has('a', { state: 'running' }).has('once', { state: 'running', startsOnce: true })
    stand.on(5_000)
    expect(givenBack(stand.pass(4_999))).toEqual([])
    expect(givenBack(stand.pass(1))).toEqual(['a'])
    stand.endRuns()
    expect(stand.pass(60_000)).toEqual([])
    expect(stand.drain.progress(stand.now)).toMatchObject({ running: 1, runningOnce: 1, stopped: 1, leftMs: 0 })
  })

  test('may be set, changed and lifted while it drains', () => {
    const stand = new Stand().has('a', { state: 'running' })
    stand.on(5_000)
    stand.on()
    expect(givenBack(stand.pass(60_000))).toEqual([])
    stand.on(1_000)
    expect(givenBack(stand.pass(1_000))).toEqual(['a'])
  })
})

test('whatever it has: each task is given back once at most, and none that may not be', () => {
  const borne = fc.record({
    state: fc.constantFrom<DrainedView['state']>('waiting', 'queued', 'running', 'passing'),
    fixed: fc.boolean(),
    ending: fc.boolean(),
    movable: fc.boolean(),
    startsOnce: fc.boolean(),
    checkpoints: fc.boolean(),
    inherited: fc.boolean(),
    custodians: fc.subarray(['self', 'other', 'gone']),
  })
  fc.assert(
    fc.property(fc.array(borne, { maxLength: 20 }), fc.option(fc.nat(3_000), { nil: undefined }), (all, deadlineMs) => {
      const stand = new Stand(3)
      stand.away.add('gone')
      for (const [i, over] of all.entries()) stand.has(`${i}`, over)
      const before = structuredClone(stand.tasks)
      const given = givenBack([...stand.on(deadlineMs), ...stand.pass(10_000)])
      expect(new Set(given).size).toBe(given.length)
      for (const task of given) {
        const { state, fixed, ending, startsOnce, checkpoints, custodians } = before.get(task)!
        expect(fixed || ending || state === 'passing').toBe(false)
        const moves = checkpoints && custodians.includes('other')
        if (state === 'running') expect(startsOnce || (deadlineMs === undefined && !moves)).toBe(false)
        if (state === 'waiting') expect(custodians).toContain('other')
      }
    }),
  )
})
