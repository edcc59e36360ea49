import type { Trace } from '@souk/client'
import { expect, test } from 'vitest'
import { coloursFor } from '../src/print/colours.ts'
import { traceText } from '../src/print/trace-text.ts'

const plain = coloursFor(false, {})
const names = Object.assign((peer: string | undefined) => (peer ?? '').toLowerCase(), { away: () => false })
const trace = (over: Partial<Trace>): Trace => ({ events: [], total: 0, peers: [], missing: [], ...over })

test('the trace of a task tells each step, when, and at which peer', () => {
  const events = [
    {
      type: 'task.awarded',
      by: 'OAK',
      seq: 1,
      wallMs: 1_000,
      at: 5,
      task: 't',
      to: 'ELM',
      decision: { how: 'auction' },
    },
    { type: 'task.ran', by: 'ELM', seq: 9, wallMs: 1_250, at: 7, task: 't', end: 'ok', runMs: 200.04 },
  ]
  const text = traceText(trace({ events, total: 5, missing: ['ASH'] }), names, plain)
  expect(text).toMatch(/\+0.*task\.awarded +oak +to elm\n/)
  expect(text).toMatch(/\+250 ms.*task\.ran +elm +end ok, runMs 200\n/)
  expect(text).toContain('3 earlier events not shown')
  expect(text).toContain('not told, since out of reach: ash')
})

test('what nobody remembers is said so', () => {
  expect(traceText(trace({}), names, plain)).toBe('trace\n  no peer remembers anything of it')
})
