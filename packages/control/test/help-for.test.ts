import type { Decision, TaskView } from '@souk/wire'
import { expect, test } from 'vitest'
import { helpFor } from '../src/help-for.ts'
import type { PeerSnapshotView } from '../src/peer-snapshot-view.ts'
import { toTaskSpec } from '../src/to-task-spec.ts'
import { seenHost } from './analysis/seen.ts'

const snapshot = {
  self: 'h0',
  offer: seenHost('h0', { cpuMilli: 4000 }).offer,
  members: [],
} as unknown as PeerSnapshotView

function codes(how: Decision['how'], task: object = {}): string[] {
  const record = { spec: toTaskSpec({ argv: ['true'], ...task }) }
  const view = { state: 'waiting', record, decision: { how, reasons: [] } } as unknown as TaskView
  return helpFor(view, snapshot).map(({ code }) => code)
}

test('room helps what waits for room, and not what waits for other tasks', () => {
  expect(codes('waiting')).toEqual(['wait'])
  expect(codes('after')).toEqual([])
})

test('room helps those that start together only where all of them fit at once', () => {
  expect(codes('waiting', { gang: { id: 'g', size: 4, rank: 0 } })).toEqual(['wait'])
  expect(codes('unplaceable', { gang: { id: 'g', size: 5, rank: 0 } })).toEqual(['add-host'])
})
