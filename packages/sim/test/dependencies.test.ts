import { Prng } from '@souk/kernel'
import type { Dependency } from '@souk/wire'
import { taskId } from '@souk/wire'
import { beforeEach, describe, expect, it } from 'vitest'
import { profileOf } from '../src/profiles.ts'
import { Workload } from '../src/workload.ts'
import { a, b, ballot, checkers, found, order, setUp } from './checker-stand.ts'

beforeEach(setUp)

const waiting = (...after: Dependency[]) => {
  const run = order('second')
  return { ...run, record: { ...run.record, spec: { ...run.record.spec, after } } }
}
const close = (task: string, kind: 'succeeded' | 'failed') =>
  checkers.dependencies.onTrace(a, { type: 'task.closed', at: 0, task, ballot: ballot(1), kind, code: '' })

describe('what a task waits for', () => {
  it('is reported where it has no outcome when that one starts', () => {
    checkers.dependencies.onRun(b, waiting({ task: 'first', on: 'ended' }), 1)
    expect(found()).toEqual(['after'])
    close('first', 'failed')
    checkers.dependencies.onRun(b, waiting({ task: 'first', on: 'ended' }), 2)
    expect(found()).toEqual(['after'])
  })

  it('is reported where it was to succeed and did not', () => {
    close('first', 'succeeded')
    close('other', 'failed')
    checkers.dependencies.onRun(b, waiting({ task: 'first', on: 'succeeded' }), 1)
    expect(found()).toEqual([])
    checkers.dependencies.onRun(b, waiting({ task: 'other', on: 'succeeded' }), 1)
    expect(found()).toEqual(['after'])
  })

  it('is no concern where a liar made up the baton', () => {
    checkers.excuses.onForged('second')
    checkers.dependencies.onRun(b, waiting({ task: 'first', on: 'ended' }), 1)
    expect(found()).toEqual([])
  })
})

describe('a workload with tasks that wait for others', () => {
  const draw = (afterChance: number) => {
    const workload = new Workload({ ...profileOf('calm')!.workload, afterChance }, 1, new Prng(1))
    return Array.from({ length: 500 }, () => workload.drawTask())
  }

  it('draws them to wait for some drawn before, each once, in chains and in diamonds', () => {
    const drafts = draw(0.5)
    const seen = new Set<string>()
    const depth = new Map<string, number>()
    for (const { nonce, spec } of drafts) {
      const after = (spec.after ?? []).map(({ task }) => task)
      expect(new Set(after).size).toBe(after.length)
      for (const task of after) expect(seen).toContain(task)
      seen.add(taskId(nonce))
      depth.set(taskId(nonce), 1 + Math.max(-1, ...after.map((task) => depth.get(task)!)))
    }
    expect(drafts.filter(({ spec }) => spec.after !== undefined).length).toBeGreaterThan(150)
    expect(drafts.some(({ spec }) => (spec.after?.length ?? 0) > 1)).toBe(true)
    expect(Math.max(...depth.values())).toBeGreaterThan(3)
  })

  it('draws all else as it does without', () => {
    const plain = draw(0)
    const more = draw(0.5).map(({ spec: { after: _, ...spec }, ...draft }) => ({ ...draft, spec }))
    expect(more).toEqual(plain)
  })
})
