import type { TaskDetail } from '@souk/client'
import { expect, test } from 'vitest'
import { ash, decided, elm, explain, oak } from './explained.ts'

test('a waiting task has its reasons in groups, each with its number of hosts and how long, and what would help', () => {
  const text = explain(
    {
      ...decided,
      how: 'waiting',
      reason: 'no room now at 5 of 5 peers that answered; the next with room fetches it',
      refusals: { 'too-large': 3, 'no-room': 2, quota: 1 },
      reasons: [
        {
          code: 'too-large',
          never: true,
          peers: 3,
          shortage: { resource: 'memoryBytes', available: 12e9, needed: 20e9 },
          detail: '',
        },
        { code: 'no-room', never: false, peers: 2, etaMs: 40_000, detail: '' },
        {
          code: 'quota',
          never: true,
          peers: 1,
          shortage: { resource: 'cpuMilli', available: 2_000, needed: 4_000 },
          detail: '',
        },
      ],
    },
    {
      wouldHelp: [
        { code: 'wait', hosts: 2, peers: [oak, ash], etaMs: 40_000 },
        { code: 'raise-quota', hosts: 3, peers: [] },
        { code: 'raise-quota', what: 'cpuMilli', hosts: 1, peers: [] },
        { code: 'ask-less', what: 'cpuMilli', atMost: 8_000, hosts: 9, peers: [elm] },
        { code: 'without-label', what: 'zone=a', hosts: 1, peers: [elm] },
      ],
    },
  )
  expect(text).toContain(`
  why it waits
    3 of 6: at most 12 GB memory < 20 GB memory, never
    2 of 6: busy, ~40 s
    1 of 6: a quota of 2 cpu < 4 cpu, never
`)
  expect(text).toContain(`
what would help
  wait ~40 s: it starts as soon as there is room on 2 hosts (ash, oak)
  another quota of its tenant on 3 hosts (souk up --quota), or that one of its tasks ends there
  a larger quota of its tenant on 1 host (souk up --quota): one such task is more than all of it
  ask for 8 cpu or less (--cpu): fits on 9 hosts (elm, …)
  drop --label zone=a: fits on 1 host (elm); or start a peer with it (souk up --label zone=a)`)
})

test('what was predicted stands beside what happened, and what became of the decision since', () => {
  const predicted = { startMs: 0, finishMs: { p50: 100, p90: 300 } }
  const ended = { kind: 'succeeded', code: 'exit', message: '', files: [], attempts: [], host: elm, runMs: 250 }
  const text = explain(
    { ...decided, winner: ash, predicted },
    {
      state: 'closed',
      outcome: { ...ended, endedAt: '2026-11-24T09:00:00.312Z' } as unknown as NonNullable<TaskDetail['outcome']>,
      timeline: [
        { at: '2026-11-24T09:00:00.012Z', peer: oak, event: 'awarded', detail: ash },
        { at: '2026-11-24T09:00:00.012Z', peer: oak, event: 'given up', detail: 'no-room' },
        { at: '2026-11-24T09:00:00.012Z', peer: oak, event: 'awarded', detail: elm },
      ],
    },
  )
  expect(text).toContain('since then: passed on from ash to elm; placed 2 times; given up 1 time')
  expect(text).toContain(`
  predicted: done 100 ms after it was placed, in nine of ten cases within 300 ms
  happened: ran 250 ms, done after 300 ms, but elsewhere; 312 ms since it was submitted
  the run was within its p90 (+150 % of the p50)`)
  expect(explain({ ...decided, winner: ash, predicted }, { state: 'running' })).not.toContain('happened')
})

test('what waits for other tasks says for how many, and no host would help it', () => {
  const text = explain({ ...decided, how: 'after', reason: 'waits for 2 of 3 tasks: 3k9x7fq2, 8abc0def' })
  expect(text).toContain('waiting for other tasks: it waits for 2 of 3 tasks: 3k9x7fq2, 8abc0def')
  expect(text).toContain('decided by oak')
  expect(text).not.toContain('what would help')
})
