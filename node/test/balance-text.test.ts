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
      pressed: false,
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
      pressed: false,
      running: 1,
      waiting: 0,
      utilisation: [{ resource: 'slots', used: 2, capacity: 8, share: 0.25 }],
    },
  ],
  imbalance: { hosts: 2, cv: 0.6, maxOverMean: 1.6, cvFloor: 0.02 },
  bottlenecks: [{ resource: 'slots', tasks: 8.4, share: 0.7, hosts: 1 }],
  strategy: { strategy: 'steal', code: 'idle-beside-waiting', reason: '6 of 12 wait beside hosts that have room' },
  opportunities: [{ class: 'train', from: 'a', to: 'b', count: 6, bound: true }],
  stragglers: [
    { task: '3k9x0000', class: 'train', host: 'b', elapsedMs: 40_000, p99Ms: 3_000, runs: 120, limitMs: 9_000 },
  ],
  plan: {
    moves: [
      {
        class: 'train',
        from: 'a',
        to: 'b',
        count: 6,
        bound: true,
        code: 'idle-beside-queue',
        reason: 'it would wait about 3000 ms',
        gainMs: 2_900,
        afterMs: 100,
        tasks: [],
      },
    ],
    leftOut: [{ class: 'tiny', from: 'a', count: 6, code: 'too-short', reason: 'it runs 3 ms' }],
    before: { tasks: 12, meanMs: 2_000, p95Ms: 4_000, never: 0 },
    after: { tasks: 12, meanMs: 1_000, p95Ms: 2_000, never: 0 },
    moved: {
      before: { tasks: 5, meanMs: 3_000, p95Ms: 4_000, never: 1 },
      after: { tasks: 6, meanMs: 100, p95Ms: 100, never: 0 },
    },
  },
  rebalance: {
    on: false,
    movesPerMinuteMax: 100,
    movesLastMinute: 3,
    strategy: { strategy: 'none', code: 'nothing-waits', reason: '' },
  },
  applied: {
    at: '2026-11-28T19:59:58.000Z',
    moves: [
      {
        class: 'train',
        from: 'a',
        to: 'b',
        count: 6,
        code: 'idle-beside-queue',
        reason: '',
        handed: 5,
        left: [{ code: 'gone', count: 1 }],
      },
    ],
    predicted: {
      before: { tasks: 6, meanMs: 3_000, p95Ms: 4_000, never: 0 },
      after: { tasks: 6, meanMs: 100, p95Ms: 100, never: 0 },
    },
    real: { started: 4, waiting: 1, meanMs: 150, p95Ms: 200 },
  },
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
    'straggling | 3k9x0000 (train) runs for 40 s, while 99 of 100 like it take at most 3 s (of 120 runs), on host-b',
    'rebalancing | off: nothing moves by itself after its first hand-over (this peer moved 3 in the last minute, at most 100)',
    'no answer | host-c',
    '',
    'plan: 6 tasks to move; souk balance --apply does it',
    'tasks | class | from | to | gain | why',
    '6 | train | host-a (queue) | host-b | 2.9 s | idle-beside-queue: it would wait about 3000 ms',
    'left where they are',
    'tasks | class | with | why',
    '6 | tiny | host-a | too-short: it runs 3 ms',
    'wait yet, as predicted',
    'as it is | moved',
    'of those that move | mean 3 s, p95 4 s of 5 (1 never starts) | mean 100 ms, p95 100 ms of 6',
    'of all | mean 2 s, p95 4 s of 12 | mean 1 s, p95 2 s of 12',
    '',
    'carried out, 2 s ago: 5 tasks handed over',
    'tasks | class | from | to | why | stayed',
    '5 of 6 | train | host-a | host-b | idle-beside-queue | 1 gone',
    'of those that were to move | wait from then on',
    'if nothing had moved | mean 3 s, p95 4 s of 6',
    'predicted | mean 100 ms, p95 100 ms of 6',
    'real | mean 150 ms, p95 200 ms of 4 (1 not begun)',
  ])
})

test('a balance keeps within a narrow terminal: resources, long names and reasons give way', () => {
  const names = Object.assign((peer: string | undefined) => `host-${peer}`, { away: () => false })
  const [first, second] = seen.hosts
  const more = ['memory', 'disk', 'network', 'licences'].map((resource) => ({
    resource,
    used: 1,
    capacity: 2,
    share: 0.5,
  }))
  const wide = { ...seen, hosts: [{ ...first!, utilisation: [...first!.utilisation, ...more] }, second!] }
  const { applied: _, ...shown } = wide
  const lines = balanceText(shown, names, coloursFor(false, {}), 60).split('\n')
  expect(lines.filter((line) => line.length > 60)).toEqual([])
  expect(lines[1]!.trim().split(/ {2,}/)).toEqual(['peer', 'running', 'waiting', 'slots', 'gpu', 'memory', 'disk'])
  expect(lines.find((line) => line.includes('(queue)'))).toMatch(/idle-beside.*…$/)
})

test('where every host drains, no amount of anything is what is missing', () => {
  const names = Object.assign((peer: string | undefined) => `host-${peer}`, { away: () => false })
  const imbalance = { hosts: 0, cv: 0, maxOverMean: 0, cvFloor: 0 }
  const textOf = (over: object) => {
    const hosts = seen.hosts.map((host) => ({ ...host, ...over }))
    return balanceText({ ...seen, hosts, imbalance, bottlenecks: [] }, names, coloursFor(false, {}))
  }
  expect(textOf({ draining: true })).toMatch(/imbalance +none: no host takes new work/)
  expect(textOf({ draining: true })).toMatch(/bottleneck +every host drains: souk undrain/)
  expect(textOf({ draining: false, pressed: true })).toMatch(/bottleneck +no host takes work: souk status says/)
  expect(textOf({ draining: false, pressed: false })).toMatch(/bottleneck +no host takes work: give one slots/)
})
