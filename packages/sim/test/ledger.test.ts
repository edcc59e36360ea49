import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { Ledger } from '../src/runner/ledger.ts'
import type { RunSummary } from '../src/summary.ts'

let folder: string
let path: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sim-ledger-'))
  path = join(folder, 'sum.json')
})

afterEach(() => rmSync(folder, { recursive: true }))

function summary(seed: number, over: Partial<RunSummary> = {}): RunSummary {
  const nothing = { outcomes: {}, refusals: {}, placed: {}, decisions: {}, counters: {}, violations: [] }
  const sizes = {
    peers: 3,
    tasks: 10,
    accepted: 10,
    closed: 10,
    refused: 0,
    restarts: 0,
    resumed: 0,
    backups: 0,
    overlaps: 0,
  }
  const run = { seed, profile: 'swarm', traceHash: '', virtualMs: 1000, wallMs: 10, violationCount: 0 }
  return { ...run, ...sizes, ...nothing, excused: { again: 1, undone: 2 }, faults: { crash: 2 }, ...over }
}

it('adds runs up, and goes on where an earlier command was', () => {
  const first = new Ledger(path, 'swarm', 1)
  for (const seed of [1, 2, 3]) first.add(summary(seed))
  first.save()
  const second = new Ledger(path, 'swarm', 1)
  expect(second.data.next).toBe(4)
  second.add(summary(4))
  expect(second.data).toMatchObject({ seeds: 4, tasks: 40, simulatedMs: 4000, faults: { crash: 8 } })
})

it('counts a run only when all before it are done, so that none is left out', () => {
  const ledger = new Ledger(path, 'swarm', 1)
  ledger.add(summary(2))
  expect(ledger.data.next).toBe(1)
  ledger.save()
  expect(new Ledger(path, 'swarm', 1).data.seeds).toBe(0)
  ledger.add(summary(1))
  expect(ledger.data).toMatchObject({ next: 3, seeds: 2 })
})

it('keeps what broke', () => {
  const ledger = new Ledger(undefined, 'swarm', 1)
  const violation = { kind: 'safety', invariant: 'I1', atMs: 5, detail: 'twice' } as const
  ledger.add(summary(1, { violationCount: 1, violations: [violation] }))
  expect(ledger.data.failures).toEqual([{ seed: 1, peers: 3, tasks: 10, violations: [violation] }])
})

it('does not mix two series', () => {
  const ledger = new Ledger(path, 'swarm', 1)
  ledger.save()
  expect(() => new Ledger(path, 'harsh', 1)).toThrow('is about profile swarm from seed 1')
})
