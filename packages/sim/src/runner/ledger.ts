import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import type { RunSummary } from '../summary.ts'
import type { Violation } from '../violation.ts'

/** Failing runs kept in a ledger with what broke; further ones are counted. */
const failuresMax = 100

/** What a long series of runs has come to so far: it can be stopped at any time and goes on where it was. */
export interface LedgerData {
  profile: string
  /** all seeds from `first` up to here are done */
  first: number
  next: number
  seeds: number
  tasks: number
  simulatedMs: number
  /** of all threads together, and of the commands that added to it */
  computedMs: number
  wallMs: number
  faults: Record<string, number>
  overlaps: number
  /** tasks for which something was excused */
  excused: { again: number; undone: number }
  violations: number
  failures: { seed: number; peers: number; tasks: number; violations: Violation[] }[]
}

/** The file that was named for a series cannot be that of this one: wrong usage. */
export class LedgerError extends Error {
  override name = 'LedgerError'
}

/** Adds runs up, and keeps the sum in a file. Runs end out of order; they are added in order. */
export class Ledger {
  readonly data: LedgerData
  readonly #path: string | undefined
  readonly #early = new Map<number, RunSummary>()

  /** Without a path nothing is kept. Throws LedgerError where the file is not one of this series. */
  constructor(path: string | undefined, profile: string, first: number) {
    this.#path = path
    this.data = read(path) ?? emptyLedger(profile, first)
    if (this.data.profile === profile && this.data.first === first) return
    const { profile: its, first: from } = this.data
    throw new LedgerError(`${path} is about profile ${its} from seed ${from}; use another file, or delete it`)
  }

  add(summary: RunSummary): void {
    this.#early.set(summary.seed, summary)
    for (let next = this.#early.get(this.data.next); next !== undefined; next = this.#early.get(this.data.next)) {
      this.#early.delete(this.data.next++)
      this.#sum(next)
    }
  }

  /** As a whole or not at all. */
  save(): void {
    if (this.#path === undefined) return
    writeFileSync(`${this.#path}.new`, `${JSON.stringify(this.data, undefined, 1)}\n`)
    renameSync(`${this.#path}.new`, this.#path)
  }

  #sum({
    seed,
    peers,
    tasks,
    virtualMs,
    wallMs,
    faults,
    overlaps,
    excused,
    violations,
    violationCount,
  }: RunSummary): void {
    const { data } = this
    data.seeds++
    data.tasks += tasks
    data.simulatedMs += virtualMs
    data.computedMs += wallMs
    data.overlaps += overlaps
    data.excused.again += excused.again
    data.excused.undone += excused.undone
    data.violations += violationCount
    for (const [kind, count] of Object.entries(faults)) data.faults[kind] = (data.faults[kind] ?? 0) + count
    if (violationCount > 0 && data.failures.length < failuresMax) {
      data.failures.push({ seed, peers, tasks, violations: violations.slice(0, 5) })
    }
  }
}

function read(path: string | undefined): LedgerData | undefined {
  if (path === undefined || !existsSync(path)) return undefined
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch (cause) {
    throw new LedgerError(`${path} is not the sum of a series; use another file, or delete it`, { cause })
  }
}

function emptyLedger(profile: string, first: number): LedgerData {
  const sums = { seeds: 0, tasks: 0, simulatedMs: 0, computedMs: 0, wallMs: 0, overlaps: 0, violations: 0 }
  return { profile, first, next: first, ...sums, excused: { again: 0, undone: 0 }, faults: {}, failures: [] }
}
