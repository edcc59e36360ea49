import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { HostEffect } from '../src/index.ts'
import { Bench, ballot, capacity, request } from './fixtures.ts'

const short = { work: { kind: 'function', name: 'f', args: '[]' } } as const

/** One slot, on which `a` runs; runs take `meanMs`. */
function busy(meanMs: number | undefined, slots = 1): Bench {
  const bench = new Bench(capacity({ slots, memoryBytes: 10 }))
  bench.meanMs = meanMs
  bench.take('a', short)
  bench.running('a')
  return bench
}

const brief = (effects: readonly HostEffect[]) =>
  effects.map((effect) => {
    if (effect.type === 'lineUp') return `lineUp ${effect.record.id} behind ${effect.behind.task}`
    if ('record' in effect) return `${effect.type} ${effect.record.id}`
    return 'task' in effect ? `${effect.type} ${effect.task}` : effect.type
  })

const takenBack = (bench: Bench, task: string) => bench.step({ type: 'takenBack', task, ballot: ballot() })

describe('a short run', () => {
  test('is lined up behind one that runs, and has its place once that is over', () => {
    const bench = busy(10)
    expect(brief(bench.take('b', short))).toEqual(['lineUp b behind a'])
    expect([bench.host.running, bench.host.queued, bench.host.free.slots]).toEqual([1, 1, 0])
    expect(brief(bench.ran('a'))).toEqual(['ended a', 'followed b'])
    expect([bench.host.running, bench.host.queued, bench.host.free.slots]).toEqual([1, 0, 0])
    expect(brief(bench.running('b'))).toEqual(['began b'])
    expect(brief(bench.ran('b'))).toEqual(['ended b'])
    expect(bench.host.free.slots).toBe(1)
  })

  test('is lined up with others for some milliseconds of work, and not without end', () => {
    const many = busy(0)
    const lined = Array.from({ length: 20 }, (_, i) => many.take(`b${i}`, short)).flatMap(brief)
    expect(lined).toHaveLength(16)
    const few = busy(1.5)
    expect(Array.from({ length: 20 }, (_, i) => few.take(`b${i}`, short)).flatMap(brief)).toEqual([
      'lineUp b0 behind a',
      'lineUp b1 behind a',
    ])
  })

  test('goes where the line is shortest', () => {
    const bench = busy(0, 2)
    bench.take('b', short)
    bench.running('b')
    const lined = ['c', 'd', 'e', 'f'].flatMap((task) => brief(bench.take(task, short)))
    expect(lined).toEqual(['lineUp c behind a', 'lineUp d behind b', 'lineUp e behind a', 'lineUp f behind b'])
  })

  test.each([
    ['whose class is not known', undefined, {}],
    ['of a class that takes long', 500, {}],
    ['of another tenant', 10, { tenant: 'other' }],
    ['that is more urgent', 10, { priority: 'high' }],
    ['that asks for something else', 10, { request: request({ slots: 1, memoryBytes: 5 }) }],
    ['with a deadline', 10, { deadlineMs: 1000 }],
    ['that must start once at most', 10, { starts: 'at-most-once' }],
    ['with files', 10, { outputs: ['*.txt'] }],
    ['of a function that an agent serves', 10, { work: { kind: 'function', name: 'of-an-agent', args: '[]' } }],
    ['of a command', 10, { work: { kind: 'process', command: ['true'] } }],
  ] as const)('waits as ever: one %s', (_, meanMs, over) => {
    const bench = busy(meanMs)
    expect(brief(bench.take('b', { ...short, ...over } as never))).toEqual([])
    expect(brief(bench.ran('a'))).toEqual(['ended a', 'run b'])
  })

  test('waits as ever while those of another tenant are lined up, which may be entitled to more', () => {
    const bench = busy(10, 2)
    bench.take('b', { ...short, tenant: 'other' })
    bench.running('b')
    expect(brief(bench.take('c', short))).toEqual(['lineUp c behind a'])
    expect(brief(bench.take('d', { ...short, tenant: 'other' }))).toEqual(['takeBack c'])
    expect(brief(takenBack(bench, 'c'))).toEqual([])
    expect(brief(bench.ran('a'))).toEqual(['ended a', 'run c', 'lineUp d behind b'])
  })

  test('waits as ever behind a run that takes longer than expected', () => {
    const bench = busy(10)
    expect(brief(bench.at(101).take('b', short))).toEqual([])
  })
})

describe('a run that is lined up', () => {
  test('comes back when what it waits for takes too long, and keeps its place in the queue', () => {
    const bench = busy(10)
    bench.take('b', short)
    expect(brief(bench.at(200).step({ type: 'wake' }))).toEqual(['takeBack b'])
    bench.take('c', short)
    expect(brief(takenBack(bench, 'b'))).toEqual([])
    expect(brief(bench.ran('a'))).toEqual(['ended a', 'run b'])
  })

  test('comes back for a slot that has become free', () => {
    const bench = busy(10, 2)
    bench.take('b', short)
    bench.running('b')
    bench.take('c', short)
    expect(brief(bench.ran('b'))).toEqual(['ended b', 'takeBack c'])
    expect(bench.host.room(request({ slots: 1 }), 1)).toBe(0)
    expect(brief(takenBack(bench, 'c'))).toEqual(['run c'])
  })

  test('comes back when something else comes that may go before it', () => {
    const bench = busy(10)
    bench.take('b', short)
    expect(brief(bench.take('c', { ...short, tenant: 'other' }))).toEqual(['takeBack b'])
  })

  test('has begun after all: it is told to end then, where it was halted', () => {
    const bench = busy(10)
    bench.take('b', short)
    expect(brief(bench.step({ type: 'halt', task: 'b', ballot: ballot(), code: 'cancelled' }))).toEqual([
      'takeBack b',
      'stop b',
    ])
    expect(brief(bench.ran('a'))).toEqual(['ended a', 'followed b'])
    expect(bench.ran('b')).toMatchObject([{ type: 'ended', task: 'b', stopCode: 'cancelled' }])
  })

  test('is dropped when it was halted and has not begun', () => {
    const bench = busy(10)
    bench.take('b', short)
    bench.step({ type: 'halt', task: 'b', ballot: ballot(), code: 'cancelled' })
    expect(takenBack(bench, 'b')).toEqual([{ type: 'dropped', task: 'b', ballot: ballot(), code: 'cancelled' }])
    expect(bench.host.has('b')).toBe(false)
  })

  test('is not lined up again where its executor would not have it', () => {
    const bench = busy(10)
    bench.take('b', short)
    expect(brief(takenBack(bench, 'b'))).toEqual([])
    expect(brief(bench.ran('a'))).toEqual(['ended a', 'run b'])
  })

  test('comes back before what it waits for is stopped', () => {
    const bench = busy(10)
    bench.take('b', short)
    const halted = bench.step({ type: 'halt', task: 'a', ballot: ballot(), code: 'cancelled' })
    expect(brief(halted)).toEqual(['takeBack b', 'stop a'])
  })

  test('starts anew where its thread was lost before it began', () => {
    const bench = busy(10)
    bench.take('b', short)
    expect(brief(bench.ran('a'))).toEqual(['ended a', 'followed b'])
    const back = takenBack(bench, 'b')
    expect(brief(back)).toEqual(['run b'])
    expect(back).toMatchObject([{ again: true }])
    expect(bench.host.free.slots).toBe(0)
  })
})

/** An executor of two slots that begins what is lined up by itself, and may take back what has not begun. */
class Lines {
  readonly begun = new Set<string>()
  readonly lines = new Map<string, string[]>()

  hear(effects: readonly HostEffect[]): string[] {
    const back: string[] = []
    for (const effect of effects) {
      if (effect.type === 'run') this.begun.add(effect.record.id)
      if (effect.type === 'lineUp') this.#lineUp(effect.record.id, effect.behind.task)
      if (effect.type === 'takeBack' && this.#remove(effect.task)) back.push(effect.task)
    }
    return back
  }

  /** It is over; true: it was under way. What follows it has begun. */
  end(task: string): boolean {
    if (!this.begun.delete(task)) return false
    const [next, ...others] = this.lines.get(task) ?? []
    this.lines.delete(task)
    if (next === undefined) return true
    this.begun.add(next)
    this.lines.set(next, others)
    return true
  }

  #lineUp(task: string, behind: string): void {
    expect(this.begun.has(behind)).toBe(true)
    this.lines.set(behind, [...(this.lines.get(behind) ?? []), task])
  }

  #remove(task: string): boolean {
    for (const [head, line] of this.lines) {
      if (!line.includes(task)) continue
      this.lines.set(
        head,
        line.filter((other) => other !== task),
      )
      return true
    }
    return false
  }
}

test('never more has begun than there is room for, and each run ends once, whatever is taken back meanwhile', () => {
  const event = fc.record({
    type: fc.constantFrom('take' as const, 'end' as const, 'halt' as const, 'wait' as const, 'other' as const),
    id: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'),
  })
  fc.assert(
    fc.property(fc.array(event, { maxLength: 60 }), (events) => {
      const bench = new Bench(capacity({ slots: 2 }))
      bench.meanMs = 1
      const executor = new Lines()
      const here = new Set<string>()
      const hear = (effects: HostEffect[]) => {
        for (const effect of effects) {
          if (effect.type === 'ended' || effect.type === 'dropped') expect(here.delete(effect.task)).toBe(true)
        }
        for (const effect of effects) if (effect.type === 'stop') stopped.push(effect.task)
        const back = executor.hear(effects)
        for (const effect of effects) if (effect.type === 'run') hear(bench.running(effect.record.id))
        for (const task of back) hear(takenBack(bench, task))
        expect(executor.begun.size).toBeLessThanOrEqual(2)
      }
      const stopped: string[] = []
      const end = (task: string) => {
        if (!executor.end(task)) return
        hear(bench.ran(task))
        for (const next of executor.begun) hear(bench.running(next))
      }
      for (const { type, id } of events) {
        if (type === 'take' || type === 'other') {
          if (here.has(id)) continue
          here.add(id)
          hear(bench.take(id, type === 'take' ? short : { ...short, tenant: 'other' }))
        } else if (type === 'end') end(id)
        else if (type === 'halt') hear(bench.step({ type: 'halt', task: id, ballot: ballot(), code: 'cancelled' }))
        else hear(bench.at(bench.now + 60).step({ type: 'wake' }))
        for (let task = stopped.pop(); task !== undefined; task = stopped.pop()) end(task)
        expect(bench.host.running).toBe(executor.begun.size)
        expect(bench.host.running + bench.host.queued).toBe(here.size)
        expect(bench.host.free.slots).toBe(2 - executor.begun.size)
        if (bench.host.queued > 0) expect(executor.begun.size).toBe(2)
      }
    }),
    { numRuns: 300 },
  )
})
