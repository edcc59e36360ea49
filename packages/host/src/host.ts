import {
  type Allocation,
  Deadlines,
  type GpuGroup,
  invariant,
  type Machine,
  type Millis,
  type ResourceRequest,
  type ResourceVector,
} from '@souk/kernel'
import { type Ballot, compareBallots, type RunResult, requestOf, type TaskId, type Ties, tiesOf } from '@souk/wire'
import { Audit, type Breach, type MeasuredRun } from './audit.ts'
import type { HostConfig } from './config.ts'
import { Ledger } from './ledger.ts'
import { OutputTail } from './output-tail.ts'
import { type Ended, type Run, runTransitions, type StopCode, type Taken } from './run.ts'
import { RunQueue } from './run-queue.ts'

/** Who may know better which devices to take. */
export interface DevicesView {
  /** those that leave most for what usually comes, of what is free now; undefined: no opinion */
  devices(request: ResourceRequest): readonly number[] | undefined
}

export type HostInput =
  | { type: 'wake' }
  /** what this host has now; what runs goes on */
  | { type: 'capacity'; capacity: ResourceVector; gpus?: readonly GpuGroup[] | undefined }
  /** room for a task that is to run here once its record is on disk; given back by `take` (which uses it) or `release` */
  | { type: 'reserve'; task: TaskId; request: ResourceRequest; ties?: Ties | undefined }
  | { type: 'release'; task: TaskId }
  /** a baton was accepted: queue it here, with what it asks for as that alternative */
  | ({ type: 'take' } & Taken)
  | { type: 'running'; task: TaskId; ballot: Ballot }
  | { type: 'output'; task: TaskId; ballot: Ballot; stream: 'stdout' | 'stderr'; offset: number; data: Uint8Array }
  | { type: 'ran'; task: TaskId; ballot: Ballot; result: RunResult }
  /** what the executors have at this moment, and the tasks that may still come for the room reserved for them */
  | { type: 'measured'; runs: readonly MeasuredRun[]; awaited: ReadonlySet<TaskId> }
  /** end it wherever it is: out of the queue at once, or through the executor */
  | { type: 'halt'; task: TaskId; ballot: Ballot; code: StopCode }

export type HostEffect =
  | { type: 'breach'; breach: Breach }
  | ({ type: 'run'; gpuDevices: number[] } & Taken)
  | { type: 'stop'; task: TaskId; ballot: Ballot; code: StopCode }
  | { type: 'began'; task: TaskId; ballot: Ballot }
  /** it ran (or was refused by the executor); nothing of it is left. `stopCode`: why it was told to end, if it was */
  | ({ type: 'ended'; task: TaskId; result: RunResult; stopCode: StopCode | undefined } & Ended)
  /** halted before it started */
  | { type: 'dropped'; task: TaskId; ballot: Ballot; code: StopCode | 'too-large' }

/**
 * What this host runs: capacity ledger, queue by priority, start and stop.
 *
 * Invariants: I6 running + starting never exceed capacity, per resource and device. I11 the queue is bounded by
 * `queueMax` (asked before `take` through `queueFull`). A task has at most one run here at a time; a run ends with
 * exactly one `ended` or `dropped`.
 * Inputs: take, halt, and what the executor reports. Effects: run, stop, and what became of each run.
 */
export class Host implements Machine<HostInput, HostEffect> {
  readonly #config: HostConfig
  readonly #view: DevicesView
  readonly #ledger = new Ledger()
  readonly #queue: RunQueue<Run>
  readonly #runs = new Map<TaskId, Run>()
  readonly #audit = new Audit()
  readonly #timeouts = new Deadlines<TaskId>()
  /** of tasks that have any, from when they are expected here until they have ended */
  readonly #ties = new Map<TaskId, Ties>()
  #changes = 0

  constructor(config: HostConfig, view: DevicesView) {
    this.#config = config
    this.#view = view
    this.#queue = new RunQueue(config.ageingMs)
  }

  step(input: HostInput, now: Millis, out: HostEffect[]): void {
    switch (input.type) {
      case 'capacity':
        this.#ledger.resize(input.capacity, input.gpus)
        this.#dropTooLarge(out)
        break
      case 'reserve':
        this.#onReserve(input)
        break
      case 'release':
        if (!this.#runs.has(input.task) && this.#ledger.holds(input.task)) this.#ledger.give(input.task)
        if (!this.#runs.has(input.task)) this.#ties.delete(input.task)
        break
      case 'take':
        this.#onTake(input, now, out)
        break
      case 'running':
        this.#onRunning(input.task, input.ballot, out)
        break
      case 'output':
        this.#onOutput(input)
        break
      case 'ran':
        this.#onRan(input, out)
        break
      case 'measured':
        this.#onMeasured(input, out)
        break
      case 'halt':
        this.#onHalt(input, out)
        break
      case 'wake':
        break
    }
    this.#onTimeouts(now, out)
    this.#start(now, out)
  }

  nextWakeup(): Millis | undefined {
    return this.#timeouts.next()
  }

  /** Copies of this request that could start this instant, with nothing of ours waiting in front of them. */
  room(request: ResourceRequest, limit: number): number {
    return this.#queue.size > 0 ? 0 : this.#ledger.room(request, limit)
  }

  get free(): ResourceVector {
    return this.#ledger.free
  }

  /** By what runs, waits or is about to come here: of tasks that are tied to others, or others to them. */
  get ties(): readonly Ties[] {
    return [...this.#ties.values()]
  }

  get queued(): number {
    return this.#queue.size
  }

  get running(): number {
    return this.#runs.size - this.#queue.size
  }

  /** What runs here in the order it began, then what waits in its order; at most `limit` of each. */
  work(limit: number): { class: string; request: ResourceRequest; startedMs: Millis; allocation?: Allocation }[] {
    const work: ReturnType<Host['work']> = []
    for (const { task, phase, record, request, startedMs } of this.#runs.values()) {
      if (work.length === limit) break
      if (phase === 'queued') continue
      const name = record.spec.class
      const allocation = this.#ledger.held(task)
      work.push({ class: name, request, startedMs, ...(allocation ? { allocation } : {}) })
    }
    for (const { record, request, startedMs } of this.#queue.items().slice(0, limit)) {
      work.push({ class: record.spec.class, request, startedMs })
    }
    return work
  }

  get queueFull(): boolean {
    return this.#queue.size >= this.#config.queueMax
  }

  /** Rises with every take and end: what a load stamp's seq is made of. */
  get changes(): number {
    return this.#changes
  }

  /** Tasks that have room here and no run yet. */
  get reserved(): TaskId[] {
    return [...this.#ledger.taken.keys()].filter((task) => !this.#runs.has(task))
  }

  /** What the last comparison with what really runs has shown. */
  get breaches(): readonly Breach[] {
    return this.#audit.breaches
  }

  has(task: TaskId): boolean {
    return this.#runs.has(task)
  }

  /** The live output kept of a run from these offsets on; undefined when it does not run here. */
  outputOf(task: TaskId, stdout: number, stderr: number): ReturnType<OutputTail['from']> | undefined {
    const run = this.#runs.get(task)
    return run && (run.output?.from(stdout, stderr) ?? [])
  }

  snapshot() {
    return {
      total: this.#ledger.total,
      free: this.#ledger.free,
      runs: [...this.#runs.values()].map(({ task, ballot, phase, attempt, startedMs }) => ({
        task,
        ballot,
        phase,
        attempt,
        startedMs,
      })),
    }
  }

  #onReserve({ task, request, ties }: Extract<HostInput, { type: 'reserve' }>): void {
    if (this.#runs.has(task)) return
    if (!this.#ledger.holds(task)) this.#allocate(task, request)
    if (ties) this.#ties.set(task, ties)
  }

  #onTake(input: Extract<HostInput, { type: 'take' }>, now: Millis, out: HostEffect[]): void {
    const { record, alternative, ballot, attempt, leased } = input
    invariant(!this.#runs.has(record.id), `task ${record.id} is taken twice`)
    const request = requestOf(record.spec, alternative)
    const given = { alternative, request }
    const run: Run = { task: record.id, ballot, record, ...given, attempt, leased, phase: 'queued', startedMs: now }
    this.#runs.set(run.task, run)
    const ties = tiesOf(record.spec)
    if (ties) this.#ties.set(run.task, ties)
    this.#queue.push(record.spec.priority, run, now)
    this.#changes++
    // It has its room already. Behind others it would keep that from them, and wait for them.
    if (this.#ledger.holds(run.task)) this.#startRun(run, now, out)
  }

  #onRunning(task: TaskId, ballot: Ballot, out: HostEffect[]): void {
    const run = this.#find(task, ballot)
    if (run?.phase !== 'starting') return
    this.#enter(run, 'running')
    out.push({ type: 'began', task, ballot })
  }

  #onOutput(input: Extract<HostInput, { type: 'output' }>): void {
    const run = this.#find(input.task, input.ballot)
    if (!run) return
    run.output ??= new OutputTail(this.#config.outputTailBytesMax)
    run.output.push({ stream: input.stream, offset: input.offset, data: input.data })
  }

  #onRan(input: Extract<HostInput, { type: 'ran' }>, out: HostEffect[]): void {
    const run = this.#find(input.task, input.ballot)
    if (!run || run.phase === 'queued') return
    this.#ledger.give(run.task)
    this.#forget(run)
    const { task, ballot, stopCode, record, alternative } = run
    const { result } = input
    out.push({ type: 'ended', task, ballot, class: record.spec.class, alternative, result, stopCode })
  }

  #onHalt(input: Extract<HostInput, { type: 'halt' }>, out: HostEffect[]): void {
    const run = this.#find(input.task, input.ballot)
    if (!run) return
    if (run.phase === 'queued') {
      this.#unqueue(run)
      out.push({ type: 'dropped', task: run.task, ballot: run.ballot, code: input.code })
      return
    }
    this.#stop(run, input.code, out)
  }

  #onMeasured({ runs: measured, awaited }: Extract<HostInput, { type: 'measured' }>, out: HostEffect[]): void {
    const { total, free, taken } = this.#ledger
    const runs = [...this.#runs.values()].filter(({ phase }) => phase !== 'queued')
    const promised = { total, free, taken, runs, awaited }
    for (const breach of this.#audit.look(promised, measured)) out.push({ type: 'breach', breach })
  }

  /** A host that shrank under a waiting run lets it go where it fits. */
  #dropTooLarge(out: HostEffect[]): void {
    for (const run of this.#queue.items()) {
      if (!this.#ledger.never(run.request)) continue
      this.#unqueue(run)
      out.push({ type: 'dropped', task: run.task, ballot: run.ballot, code: 'too-large' })
    }
  }

  #unqueue(run: Run): void {
    this.#queue.remove((queued) => queued === run)
    this.#forget(run)
  }

  #onTimeouts(now: Millis, out: HostEffect[]): void {
    for (let task = this.#timeouts.popDue(now); task !== undefined; task = this.#timeouts.popDue(now)) {
      const run = this.#runs.get(task)
      if (run) this.#stop(run, 'timeout', out)
    }
  }

  #stop(run: Run, code: StopCode, out: HostEffect[]): void {
    if (run.phase === 'stopping') return
    this.#enter(run, 'stopping')
    run.stopCode = code
    this.#timeouts.delete(run.task)
    out.push({ type: 'stop', task: run.task, ballot: run.ballot, code })
  }

  /** Starts what fits, in queue order; a later one may overtake until the first has waited `overtakeMsMax`. */
  #start(now: Millis, out: HostEffect[]): void {
    for (;;) {
      if (this.#queue.size === 0) return
      const line = this.#queue.first(this.#config.overtakeScanMax, now)
      const first = line[0]!
      const patient = now - first.sinceMs < this.#config.overtakeMsMax
      const next = (patient ? line : [first]).find(({ item }) => this.#fits(item))
      if (!next || !this.#startRun(next.item, now, out)) return
    }
  }

  #fits(run: Run): boolean {
    return this.#ledger.room(run.request, 1) > 0
  }

  #allocate(task: TaskId, request: ResourceRequest): Allocation | undefined {
    return this.#ledger.take(task, request, request.gpu.count > 0 ? this.#view.devices(request) : undefined)
  }

  #startRun(run: Run, now: Millis, out: HostEffect[]): boolean {
    const allocation = this.#ledger.held(run.task) ?? this.#allocate(run.task, run.request)
    if (!allocation) return false
    this.#queue.remove((queued) => queued === run)
    this.#enter(run, 'starting')
    run.startedMs = now
    const { timeoutMs } = run.record.spec
    if (timeoutMs > 0) this.#timeouts.set(run.task, now + timeoutMs)
    const { record, alternative, ballot, attempt, leased } = run
    out.push({ type: 'run', record, alternative, ballot, gpuDevices: allocation.gpuDevices, attempt, leased })
    return true
  }

  #enter(run: Run, phase: Run['phase']): void {
    invariant(runTransitions[run.phase].includes(phase), `run of ${run.task} cannot go from ${run.phase} to ${phase}`)
    run.phase = phase
  }

  #find(task: TaskId, ballot: Ballot): Run | undefined {
    const run = this.#runs.get(task)
    return run && compareBallots(run.ballot, ballot) === 0 ? run : undefined
  }

  #forget(run: Run): void {
    this.#runs.delete(run.task)
    this.#ties.delete(run.task)
    this.#timeouts.delete(run.task)
    this.#changes++
  }
}
