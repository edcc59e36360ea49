import type { Balance } from '@souk/client'
import { expect, test } from 'vitest'
import { balanceText } from '../src/print/balance-text.ts'
import { coloursFor } from '../src/print/colours.ts'

const seen: Balance = {
  at: '2026-11-28T20:00:00.000Z',
  windowMs: 30_000,
  waiting: 12,
  hosts: [
    {
      peer: 'a',
      draining: false,
      running: 8,
      waiting: 12,
      utilisation: [
        { resource: 'slots', used: 8, capacity: 8, share: 1 },
        { resource: 'gpu', used: 0.5, capacity: 1, share: 0.5 },
      ],
    },
    {
      peer: 'b',
      draining: true,
      running: 1,
      waiting: 0,
      utilisation: [{ resource: 'slots', used: 2, capacity: 8, share: 0.25 }],
    },
  ],
  imbalance: { hosts: 2, cv: 0.6, maxOverMean: 1.6, cvFloor: 0.02 },
  bottlenecks: [{ resource: 'slots', tasks: 8.4, share: 0.7, hosts: 1 }],
  strategy: { strategy: 'steal', code: 'idle-beside-waiting', reason: '6 of 12 wait beside hosts that have room' },
  opportunities: [{ class: 'train', from: 'a', to: 'b', count: 6, bound: true }],
  truncated: false,
  missing: ['c'],
}

test('a balance is a table of hosts, then what it means', () => {
  const names = Object.assign((peer: string | undefined) => `host-${peer}`, { away: () => false })
  const lines = balanceText(seen, names, coloursFor(false, {})).split('\n')
  expect(lines.map((line) => line.trim().replaceAll(/ {2,}/g, ' | '))).toEqual([
    '12 tasks waiting; utilisation over the last 30 s',
    'peer | running | waiting | slots | gpu',
    'host-a | 8 | 12 | 100 % | 50 %',
    'host-b (drains) | 1 | 0 | 25 % | -',
    'imbalance | CV 60 % (at least 2 % with whole slots), the fullest has 1.60 times the mean, of 2 hosts',
    'bottleneck | slots: 70 % of what lacks room (8 tasks), at 1 host',
    'strategy | steal (idle-beside-waiting): 6 of 12 wait beside hosts that have room',
    "could move | 6 of train from host-a's queue to host-b",
    'no answer | host-c',
  ])
})
