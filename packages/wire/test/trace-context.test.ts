import { expect, test } from 'vitest'
import { isTraceparent, spanIdOf, traceContextOf, traceparentOfRun } from '../src/index.ts'

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
const carried = `00-${traceId}-00f067aa0ba902b7-01`
const task = '0123456789abcdefghjkmnpq'
const ballot = (counter: number) => ({ counter, peer: 'P1', incarnation: 1 })

test('a task that came with a context belongs to it, any other to a trace made of its id', () => {
  expect(traceContextOf(task, carried)).toEqual({ traceId, parentId: '00f067aa0ba902b7', sampled: true })
  expect(traceContextOf(task, carried.replace(/01$/, '00')).sampled).toBe(false)
  const own = traceContextOf(task, undefined)
  expect(own).toEqual(traceContextOf(task, undefined))
  expect(own.traceId).toMatch(/^[0-9a-f]{32}$/)
  expect(own.parentId).toBeUndefined()
  expect(traceContextOf(task.replace('0', '1'), undefined).traceId).not.toBe(own.traceId)
})

test('what is no context is taken for none', () => {
  const wrong = ['', 'x', carried.toUpperCase(), `01${carried.slice(2)}`, `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`]
  for (const text of [...wrong, `00-${traceId}-${'0'.repeat(16)}-01`, `${carried}-`])
    expect(isTraceparent(text)).toBe(false)
  expect(isTraceparent(carried)).toBe(true)
})

test('each step has an id of its own, and each run under another ballot, too', () => {
  const ids = [spanIdOf(task, 'task'), spanIdOf(task, 'run', ballot(1)), spanIdOf(task, 'run', ballot(2))]
  expect(new Set(ids).size).toBe(3)
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{16}$/)
  expect(traceparentOfRun(task, ballot(2), carried)).toBe(`00-${traceId}-${ids[2]}-01`)
})
