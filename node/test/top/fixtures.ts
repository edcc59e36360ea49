import type { PeerLine, TaskLine } from '@souk/client'
import type { TopData } from '../../src/top/top-data.ts'

export const nowMs = Date.parse('2026-05-04T12:00:00Z')

export function peer(name: string, over: Partial<PeerLine> = {}): PeerLine {
  return {
    id: `12D3KooW${name}`,
    name,
    role: 'host',
    self: false,
    state: 'alive',
    connected: true,
    summary: '4 cpu',
    capacity: { slots: 4 },
    executors: ['process'],
    functions: [],
    labels: {},
    running: 0,
    waiting: 0,
    draining: false,
    addresses: [],
    ...over,
  }
}

export function task(id: string, over: Partial<TaskLine> = {}): TaskLine {
  return {
    id: id.padEnd(24, '0'),
    name: `work ${id}`,
    class: 'process/work',
    tenant: 'default',
    priority: 'medium',
    state: 'running',
    executor: 'process',
    request: {},
    origin: '12D3KooWoak',
    host: '12D3KooWelm',
    attempts: 0,
    submittedAt: new Date(nowMs - 5000).toISOString(),
    ...over,
  }
}

export function topData(over: Partial<TopData> = {}): TopData {
  const peers = [peer('oak', { self: true, running: 2 }), peer('elm', { running: 1, waiting: 3, rttMs: 2 })]
  const tasks = [task('aaa'), task('bbb', { state: 'waiting' }), task('ccc', { state: 'closed', kind: 'succeeded' })]
  return {
    mesh: 'lab',
    self: '12D3KooWoak',
    wallMs: nowMs,
    peers,
    tasks,
    tasksTotal: tasks.length,
    missing: [],
    auctions: [],
    moves: [],
    ...over,
  }
}
