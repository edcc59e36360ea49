import { expect, test } from 'vitest'
import { TraceCounters } from '../src/index.ts'

const ballot = { counter: 1, peer: 'a', incarnation: 1 }

test('events are counted by type, closed tasks by outcome as well', () => {
  const counters = new TraceCounters()
  const { listener } = counters
  listener({ at: 1, type: 'task.accepted', task: 't' })
  listener({ at: 2, type: 'task.accepted', task: 'u' })
  listener({ at: 3, type: 'task.closed', task: 't', ballot, kind: 'succeeded', code: 'exit' })
  listener({ at: 4, type: 'task.closed', task: 'u', ballot, kind: 'failed', code: 'exit' })
  expect(counters.read()).toEqual({
    'task.accepted': 2,
    'task.closed': 2,
    'task.closed.failed': 1,
    'task.closed.succeeded': 1,
  })
})
