import { isTrouble, type TraceEvent, warmFailuresOf } from '@souk/console'
import { expect, test } from 'vitest'

const done = (by: string, wallMs: number, code: string, more: object = {}): TraceEvent => ({
  ...{ type: 'warm.done', by, wallMs, class: 'make', workers: 0, tookMs: 0, code },
  ...more,
})

test('workers that are not warm are told by class and peer, with the newest reason, what happened last first', () => {
  const events = [
    done('A', 1, 'warm-failed', { detail: 'no licence' }),
    done('B', 2, 'warm-lost', { detail: 'killed' }),
    done('B', 3, ''),
    done('A', 4, 'warm-lost', { detail: 'it ended with 1' }),
    done('A', 5, '', { class: 'render' }),
    done('B', 6, 'processes-max'),
  ]
  expect(warmFailuresOf(events)).toEqual([
    { class: 'make', peer: 'A', code: 'warm-lost', reason: 'it ended with 1', wallMs: 4, times: 2 },
    { class: 'make', peer: 'B', code: 'warm-lost', reason: 'killed', wallMs: 2, times: 1 },
  ])
})

test('that is trouble when it is news, and being warm is none', () => {
  const trouble = [
    done('A', 1, 'warm-failed'),
    done('A', 2, 'warm-lost', { again: true }),
    done('A', 3, ''),
    done('A', 4, 'processes-max'),
  ].filter(isTrouble)
  expect(trouble.map(({ wallMs }) => wallMs)).toEqual([1])
})
