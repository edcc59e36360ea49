import { emptyRequest } from '@souk/kernel'
import type { RunOrder } from '@souk/peer'
import { type TaskSpec, taskId } from '@souk/wire'
import { beforeEach, describe, expect, it } from 'vitest'
import { a, ballot, checkers, found, order, setUp } from './checker-stand.ts'

const id = (name: string) => taskId(name)
const at = { at: 0 } as const

/** A task that its client has submitted. */
function submitted(name: string, over: Partial<TaskSpec>): RunOrder {
  const plain = order(id(name))
  const spec = { ...plain.record.spec, priority: 'medium' as const, request: emptyRequest(), ...over }
  checkers.fairness.onSubmit(a, { type: 'submit', client: 1, tasks: [{ tag: 1, nonce: name, spec }] })
  return { ...plain, record: { ...plain.record, spec } }
}

const queue = ({ task }: RunOrder, now: number): void =>
  checkers.fairness.onTrace(a, { ...at, type: 'task.queued', task, ballot: ballot(1) }, now)
const ran = ({ task }: RunOrder, now: number): void =>
  checkers.fairness.onTrace(a, { ...at, type: 'task.ran', task, ballot: ballot(1), end: 'ok', runMs: 1 }, now)
const start = (run: RunOrder, now: number): void => checkers.fairness.onRun(a, run, now)

describe('fairness between tenants', () => {
  beforeEach(() => {
    setUp()
    checkers.fairness.onStart(a)
  })

  /** Two run, of greedy; then one ends, and one of each waits. */
  function contested(over: Partial<TaskSpec> = {}): { greedy: RunOrder; other: RunOrder } {
    const running = ['r1', 'r2'].map((name) => submitted(name, { tenant: 'greedy' }))
    const greedy = submitted('g', { tenant: 'greedy' })
    const other = submitted('h', { tenant: 'other', ...over })
    for (const run of running) {
      queue(run, 1)
      start(run, 1)
    }
    queue(greedy, 2)
    queue(other, 3)
    ran(running[0]!, 4)
    return { greedy, other }
  }

  it('reports one that had to wait for a tenant that had more', () => {
    const { greedy, other } = contested()
    start(greedy, 4)
    expect(found()).toEqual([])
    ran(greedy, 5)
    start(other, 5)
    expect(found()).toEqual(['I14'])
  })

  it('reports nothing where the one that has less goes first, or the other one never starts', () => {
    const { greedy, other } = contested()
    start(other, 4)
    ran(other, 5)
    start(greedy, 5)
    expect(found()).toEqual([])
    const again = contested()
    start(again.greedy, 4)
    expect(found()).toEqual([])
  })

  it('reports nothing where the one that waits has another priority, or does not fit', () => {
    for (const over of [{ priority: 'low' as const }, { request: { ...emptyRequest(), slots: 2 } }]) {
      setUp()
      checkers.fairness.onStart(a)
      const { greedy, other } = contested(over)
      start(greedy, 4)
      ran(greedy, 5)
      start(other, 5)
      expect(found()).toEqual([])
    }
  })
})
