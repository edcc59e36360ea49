import {
  Deadlines,
  invariant,
  type Machine,
  type Millis,
  type QuotaRoom,
  type ResourceRequest,
  type ResourceVector,
} from '@souk/kernel'
import { type Ballot, compareBallots, requestOf, type TaskId, type Ties, tiesOf } from '@souk/wire'
import { Audit, type Breach } from './audit.ts'
import type { HostConfig } from './config.ts'
import { type DevicesView, Holdings } from './holdings.ts'
import type { HostEffect, HostInput, PutBackCode } from './host-io.ts'
import { OutputTail } from './output-tail.ts'
import { enter, noteUse, overrules, type Run, runOrder, runSnapshot, type StopCode, usedBytes } from './run.ts'
import { RunQueue, standingOf } from './run-queue.ts'
import { type Work, workOf } from './work.ts'

/**
 * What this host runs: capacity ledger, queue by priority and fairness, start and stop.
 *
 * Invariants: I6 running + starting never exceed capacity, per resource and device. I11 the queue is bounded by
 * `queueMax` (asked before `take` through `queueFull`). I14 a start puts no tenant ahead of another that waits by more
 * than that run. A task has at most one run here at a time; a run ends with exactly one `ended` or `dropped`.
 * Inputs: take, halt, and what the executor reports. Effects: run, stop, and what became of each run.
 */
export class Host implements Machine<HostInput, HostEffect> {
  readonly #config: HostConfig
  readonly #holdings: Holdings
  readonly #queue: RunQueue<Run>
  readonly #runs = new Map<TaskId, Run>()
  readonly #audit = new Audit()
  readonly #timeouts = new Deadlines<TaskId>()
  #changes = 0

  constructor(config: HostConfig, view: DevicesView) {
    this.#config = config
    this.#holdings = new Holdings(config, view)
    this.#queue = new RunQueue(config.ageingMs)
  }

  step(input: HostInput, now: Millis, out: HostEffect[]): void {
    switch (input.type) {
      case 'capacity':
        this.#holdings.resize(input.capacity, input.gpus)
        this.#dropTooLarge(out)
        break
      case 'reserve':
        if (!this.#runs.has(input.task)) this.#holdings.reserve(input.task, input)
        break
      case 'release':
        if (!this.#runs.has(input.task)) this.#holdings.release(input.task)
        break
      case 'assign':
        if (this.#holdings.holds(input.from)) this.#holdings.rename(input.from, input.task)
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
      case 'putBack':
        this.#drop(this.#find(input.task, input.ballot), input.code, out)
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
    return this.#queue.size > 0 ? 0 : this.#holdings.room(request, limit)
  }

  get free(): ResourceVector {
    return this.#holdings.free
  }

  /** What tenants may have here yet; undefined: nobody has a quota. */
  get quotas(): QuotaRoom | undefined {
    return this.#holdings.quotas.room
  }

  /** By what runs, waits or is about to come here: of tasks that are tied to others, or others to them. */
  get ties(): readonly Ties[] {
    return this.#holdings.ties
  }

  get queued(): number {
    return this.#queue.size
  }

  get running(): number {
    return this.#runs.size - this.#queue.size
  }

  /** What runs here in the order it began, then what waits in the order in which it would start; at most `limit` of each. */
  work(limit: number, now: Millis): Work[] {
    const waiting = this.#queue.inOrder(limit, now, this.#holdings)
    return workOf({ runs: this.#runs.values(), waiting, holdings: this.#holdings }, limit)
  }

  get queueFull(): boolean {
    return this.#queue.size >= this.#config.queueMax
  }

  /** Rises with every take and end: what a load stamp's seq is made of. */
  get changes(): number {
    return this.#changes
  }

  /** Room is kept for it. */
  holds(task: TaskId): boolean {
    return this.#holdings.holds(task)
  }

  /** Tasks that have room here and no run yet. */
  get reserved(): TaskId[] {
    return [...this.#holdings.taken.keys()].filter((task) => !this.#runs.has(task))
  }

  /** What the last comparison with what really runs has shown. */
  get breaches(): readonly Breach[] {
    return this.#audit.breaches
  }

  /** It is in the queue here, not begun. */
  waits(task: TaskId): boolean {
    return this.#runs.get(task)?.phase === 'queued'
  }

  has(task: TaskId): boolean {
    return this.#runs.has(task)
  }

  /** What a run here was last measured to use, else what it was given; 0 when it has not begun here. */
  memoryBytesOf(task: TaskId): number {
    return usedBytes(this.#runs.get(task))
  }

  /** The live output kept of a run from these offsets on; undefined when it does not run here. */
  outputOf(task: TaskId, stdout: number, stderr: number): ReturnType<OutputTail['from']> | undefined {
    const run = this.#runs.get(task)
    return run && (run.output?.from(stdout, stderr) ?? [])
  }

  snapshot() {
    return {
      total: this.#holdings.total,
      free: this.#holdings.free,
      runs: [...this.#runs.values()].map(runSnapshot),
    }
  }

  #onTake(input: Extract<HostInput, { type: 'take' }>, now: Millis, out: HostEffect[]): void {
    const { record, alternative, ballot, attempt, leased, checkpoint, backup } = input
    invariant(!this.#runs.has(record.id), `task ${record.id} is taken twice`)
    const request = requestOf(record.spec, alternative)
    const given = { alternative, request }
    const taken = { ballot, record, ...given, attempt, leased, checkpoint, backup }
    const run: Run = { task: record.id, ...taken, phase: 'queued', startedMs: now }
    this.#runs.set(run.task, run)
    const { tenant } = record.spec
    this.#holdings.expect(run.task, { tenant, request, ties: tiesOf(record.spec) })
    this.#queue.push(standingOf(record), run, now)
    this.#changes++
    // It has its room already. Behind others it would keep that from them, and wait for them.
    if (this.#holdings.holds(run.task)) this.#startRun(run, now, out)
  }

  #onRunning(task: TaskId, ballot: Ballot, out: HostEffect[]): void {
    const run = this.#find(task, ballot)
    if (run?.phase !== 'starting') return
    enter(run, 'running')
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
    this.#holdings.give(run.task)
    this.#forget(run)
    const { task, ballot, stopCode, record, alternative } = run
    const { result, warmUpMs } = input
    out.push({ type: 'ended', task, ballot, class: record.spec.class, alternative, result, stopCode, warmUpMs })
  }

  #onHalt(input: Extract<HostInput, { type: 'halt' }>, out: HostEffect[]): void {
    const run = this.#find(input.task, input.ballot)
    if (!run) return
    if (!this.#drop(run, input.code, out)) this.#stop(run, input.code, out)
  }

  #onMeasured({ runs: measured, awaited }: Extract<HostInput, { type: 'measured' }>, out: HostEffect[]): void {
    const { total, free, taken } = this.#holdings
    const runs = [...this.#runs.values()].filter(({ phase }) => phase !== 'queued')
    const promised = { total, free, taken, runs, awaited }
    for (const seen of measured) noteUse(this.#find(seen.task, seen.ballot), seen)
    for (const breach of this.#audit.look(promised, measured)) out.push({ type: 'breach', breach })
  }

  /** A host that shrank under a waiting run lets it go where it fits. */
  #dropTooLarge(out: HostEffect[]): void {
    for (const run of this.#queue.items()) if (this.#holdings.never(run.request)) this.#drop(run, 'too-large', out)
  }

  /** Out of the queue; false: it is not in it. */
  #drop(run: Run | undefined, code: StopCode | 'too-large' | PutBackCode, out: HostEffect[]): boolean {
    if (run?.phase !== 'queued') return false
    this.#queue.remove((queued) => queued === run)
    this.#forget(run)
    out.push({ type: 'dropped', task: run.task, ballot: run.ballot, code })
    return true
  }

  #onTimeouts(now: Millis, out: HostEffect[]): void {
    for (let task = this.#timeouts.popDue(now); task !== undefined; task = this.#timeouts.popDue(now)) {
      const run = this.#runs.get(task)
      if (run) this.#stop(run, 'timeout', out)
    }
  }

  #stop(run: Run, code: StopCode, out: HostEffect[]): void {
    if (run.phase === 'stopping') {
      if (!overrules(code, run.stopCode)) return
    } else enter(run, 'stopping')
    run.stopCode = code
    this.#timeouts.delete(run.task)
    out.push({ type: 'stop', task: run.task, ballot: run.ballot, code })
  }

  /** Starts what fits, in queue order; a later one may overtake until the first has waited `overtakeMsMax`. */
  #start(now: Millis, out: HostEffect[]): void {
    while (this.#queue.size > 0) {
      const next = this.#nextToStart(now)
      if (!next || !this.#startRun(next, now, out)) return
    }
  }

  #nextToStart(now: Millis): Run | undefined {
    const { overtakeScanMax, overtakeMsMax } = this.#config
    let patient: boolean | undefined
    for (const { item, sinceMs } of this.#queue.inOrder(overtakeScanMax, now, this.#holdings)) {
      if (this.#holdings.room(item.request, 1) > 0) return item
      patient ??= now - sinceMs < overtakeMsMax
      if (!patient) return undefined
    }
    return undefined
  }

  #startRun(run: Run, now: Millis, out: HostEffect[]): boolean {
    const allocation =
      this.#holdings.held(run.task) ?? this.#holdings.take(run.task, run.record.spec.tenant, run.request)
    if (!allocation) return false
    this.#queue.remove((queued) => queued === run)
    enter(run, 'starting')
    run.startedMs = now
    const { timeoutMs } = run.record.spec
    if (timeoutMs > 0) this.#timeouts.set(run.task, now + timeoutMs)
    out.push(runOrder(run, allocation.gpuDevices))
    return true
  }

  #find(task: TaskId, ballot: Ballot): Run | undefined {
    const run = this.#runs.get(task)
    return run && compareBallots(run.ballot, ballot) === 0 ? run : undefined
  }

  #forget(run: Run): void {
    this.#holdings.forget(run.task)
    this.#runs.delete(run.task)
    this.#timeouts.delete(run.task)
    this.#changes++
  }
}
