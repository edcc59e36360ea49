import { type Allocation, type ResourceVector, scalarResources } from '@souk/kernel'
import { type Ballot, ballotText, type TaskId } from '@souk/wire'

/** A run that an executor has, and what it was measured to use of late, where that is known. */
export interface MeasuredRun {
  task: TaskId
  ballot: Ballot
  memoryBytes?: number
  /** average over the last seconds */
  cpuMilli?: number
}

/** Something that must not be: `seen` is what there is, `allowed` what was promised or is there to promise. */
export interface Breach {
  code: /** more is taken than the host has */
    | 'over-capacity'
    /** what is free and what is taken are not together what there is */
    | 'ledger-drift'
    /** an executor has a run that was never ordered, or that has ended */
    | 'unknown-run'
    /** a run that no executor has, or room that is kept for no run */
    | 'missing-run'
    /** a run uses more than its task asked for */
    | 'over-promise'
  task?: TaskId
  resource: string
  seen: number
  allowed: number
}

/** What the host itself believes. */
export interface Promised {
  total: ResourceVector
  free: ResourceVector
  /** by task */
  taken: ReadonlyMap<string, Allocation>
  /** those that executors must have */
  runs: readonly { task: TaskId; ballot: Ballot }[]
  /** tasks whose records are still on their way to enough disks: their room waits for them */
  awaited: ReadonlySet<TaskId>
}

/** Breaches told of one look; more than these say nothing new. */
const breachesMax = 64
/** A quota is kept over 100 ms, and measured over other times: what is over by this is no breach. */
const cpuTolerance = 1.25
const cpuMilliTolerance = 100

/**
 * Compares what is promised, what runs and what is used with what there is. Runs and room that do not match are told
 * when they do not match twice in a row: one look may fall between a report and its being heard.
 */
export class Audit {
  #suspects: ReadonlySet<string> = new Set()
  #last: readonly Breach[] = []

  /** The breaches of the last look. */
  get breaches(): readonly Breach[] {
    return this.#last
  }

  look(promised: Promised, measured: readonly MeasuredRun[]): readonly Breach[] {
    const unmatched = unmatchedOf(promised, measured)
    const lasting = unmatched.filter((breach) => this.#suspects.has(keyOf(breach)))
    this.#suspects = new Set(unmatched.map(keyOf))
    // The gravest first, should they be too many.
    const all = [...overCapacity(promised), ...drift(promised), ...lasting, ...overPromise(promised, measured)]
    this.#last = all.slice(0, breachesMax)
    return this.#last
  }
}

/** A vector as names and amounts, devices one by one. */
function amountsOf({ gpuMilli, custom, ...scalars }: ResourceVector): Map<string, number> {
  const amounts = new Map<string, number>(scalarResources.map((name) => [name, scalars[name]]))
  for (const [i, milli] of gpuMilli.entries()) amounts.set(`gpu ${i}`, milli)
  for (const name of Object.keys(custom).sort()) amounts.set(`custom ${name}`, custom[name]!)
  return amounts
}

/** What all allocations take together. */
function takenOf(taken: Promised['taken']): Map<string, number> {
  const sums = new Map<string, number>()
  const add = (name: string, amount: number) => {
    if (amount !== 0) sums.set(name, (sums.get(name) ?? 0) + amount)
  }
  for (const { request, gpuDevices } of taken.values()) {
    for (const name of scalarResources) add(name, request[name])
    for (const device of gpuDevices) add(`gpu ${device}`, request.gpu.milli)
    for (const name of Object.keys(request.custom).sort()) add(`custom ${name}`, request.custom[name]!)
  }
  return sums
}

function overCapacity({ total, taken }: Promised): Breach[] {
  const there = amountsOf(total)
  return [...takenOf(taken)].flatMap(([resource, seen]): Breach[] => {
    const allowed = there.get(resource) ?? 0
    return seen > allowed ? [{ code: 'over-capacity', resource, seen, allowed }] : []
  })
}

function drift({ total, free, taken }: Promised): Breach[] {
  const sums = takenOf(taken)
  const left = amountsOf(free)
  return [...amountsOf(total)].flatMap(([resource, amount]): Breach[] => {
    const allowed = amount - (sums.get(resource) ?? 0)
    const seen = left.get(resource) ?? 0
    return seen === allowed ? [] : [{ code: 'ledger-drift', resource, seen, allowed }]
  })
}

function unmatchedOf({ runs, taken, awaited }: Promised, measured: readonly MeasuredRun[]): Breach[] {
  const name = ({ task, ballot }: { task: TaskId; ballot: Ballot }) => `${task} ${ballotText(ballot)}`
  const known = new Set(runs.map(name))
  const under = new Set(measured.map(name))
  const running = new Set(runs.map(({ task }) => task))
  const missing = (task: TaskId, resource: string): Breach => {
    return { code: 'missing-run', task, resource, seen: 0, allowed: 1 }
  }
  return [
    ...measured
      .filter((run) => !known.has(name(run)))
      .map(({ task }): Breach => ({ code: 'unknown-run', task, resource: 'run', seen: 1, allowed: 0 })),
    ...runs.filter((run) => !under.has(name(run))).map(({ task }) => missing(task, 'run')),
    ...[...taken.keys()]
      .filter((task) => !running.has(task) && !awaited.has(task))
      .map((task) => missing(task, 'room')),
  ]
}

function overPromise({ taken }: Promised, measured: readonly MeasuredRun[]): Breach[] {
  return measured.flatMap(({ task, memoryBytes = 0, cpuMilli = 0 }): Breach[] => {
    const request = taken.get(task)?.request
    if (!request) return []
    const over = (resource: string, seen: number, allowed: number, most: number): Breach[] =>
      allowed > 0 && seen > most ? [{ code: 'over-promise', task, resource, seen, allowed }] : []
    const cpuMost = request.cpuMilli * cpuTolerance + cpuMilliTolerance
    return [
      ...over('memoryBytes', memoryBytes, request.memoryBytes, request.memoryBytes),
      ...over('cpuMilli', cpuMilli, request.cpuMilli, cpuMost),
    ]
  })
}

function keyOf({ code, task, resource }: Breach): string {
  return `${code} ${task} ${resource}`
}
