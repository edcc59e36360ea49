import type { PeerLine, TaskLine } from '@souk/client'
import { taskId } from '@souk/wire'
import { expect, test } from 'vitest'
import { peersTable } from '../src/commands/peers.ts'
import { tasksTable } from '../src/commands/tasks.ts'
import { coloursFor } from '../src/print/colours.ts'
import { historyTable } from '../src/print/history-table.ts'
import { names, oak } from './explained.ts'

const colours = coloursFor(false, {})

const peer: PeerLine = {
  id: oak,
  name: 'oak-in-the-garden',
  role: 'host',
  state: 'alive',
  self: false,
  connected: true,
  draining: false,
  rttMs: 12.3,
  running: 3,
  waiting: 1200,
  capacity: { cpuMilli: 64_000, memoryBytes: 512e9, diskBytes: 2e12, networkMbps: 10_000, slots: 64, gpuMilli: [1000] },
  executors: ['process', 'function'],
  functions: ['resize', 'transcribe'],
  labels: { zone: 'garden', arch: 'x64', os: 'linux' },
} as unknown as PeerLine

const task: TaskLine = {
  id: taskId('a'.repeat(23)),
  name: 'train a model on all the pictures',
  class: 'process/python3/train.py',
  tenant: 'laboratory',
  state: 'closed',
  priority: 'medium',
  submittedAt: '2026-11-24T09:00:00.000Z',
  endedAt: '2026-11-24T09:30:00.000Z',
  waitedMs: 100_000,
  ranMs: 1_800_000,
  origin: oak,
  host: oak,
  how: 'load-stamp',
  kind: 'failed',
  code: 'exit',
  attempts: 12,
} as unknown as TaskLine

const tables: [name: string, at: (widthMax?: number) => string, kept: string[]][] = [
  ['peers', (widthMax) => peersTable([peer], colours, widthMax), ['oak-in-the-garden', 'alive', '1200', '64 cpu']],
  ['history', (widthMax) => historyTable([task], names, colours, widthMax), ['failed (exit)', 'oak', '30 m']],
  ['tasks', (widthMax = Infinity) => tasksTable([task], names, { dim: (t) => t, widthMax }), ['failed (exit)', 'oak']],
]

test.each(tables)(
  'the table of %s fits into 80 columns with what matters most, and is whole elsewhere',
  (_, at, kept) => {
    const whole = at()
    expect(Math.max(...whole.split('\n').map(({ length }) => length))).toBeGreaterThan(80)
    const narrow = at(80)
    for (const line of narrow.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80)
    for (const text of kept) expect(narrow).toContain(text)
    expect(at(1000)).toBe(whole)
  },
)
