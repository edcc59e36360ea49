import {
  invariant,
  type Machine,
  type Millis,
  type QuotaRoom,
  type ResourceRequest,
  type ResourceVector,
} from '@souk/kernel'
import { type Ballot, requestOf, type TaskId, type Ties, tiesOf } from '@souk/wire'
import { Audit, type Breach } from './audit.ts'
import type { HostConfig } from './config.ts'
import { Floor } from './floor.ts'
import type { DevicesView } from './holdings.ts'
import type { HostEffect, HostInput } from './host-io.ts'
import type { PaceView } from './lined-runs.ts'
import { type FunctionsView, isPlain } from './may-follow.ts'
import { OutputTail } from './output-tail.ts'
import { enter, noteUse, type Run, runOrder, runSnapshot, takenOf, usedBytes, waits } from './run.ts'
import { standingOf } from './run-queue.ts'
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
  readonly #view: FunctionsView
  readonly #floor: Floor
  readonly #audit = new Audit()

  constructor(config: HostConfig, view: DevicesView & PaceView & FunctionsView) {
    this.#config = config
    this.#view = view
    this.#floor = new Floor(config, view)
  }

  step(input: HostInput, now: Millis, out: HostEffect[]): void {
    switch (input.type) {
      case 'capacity':
        this.#floor.holdings.resize(input.capacity, input.gpus)
        this.#dropTooLarge(out)
        this.#floor.lined.takeBackAll(out)
        break
      case 'reserve':
        if (!this.#floor.runs.has(input.task)) this.#floor.holdings.reserve(input.task, input)
        break
      case 'release':
        if (!this.#floor.runs.has(input.task)) this.#floor.holdings.release(input.task)
        break
      case 'assign':
        if (this.#floor.holdings.holds(input.from)) this.#floor.holdings.rename(input.from, input.task)
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
        this.#onRan(input, now, out)
        break
      case 'takenBack':
        this.#onTakenBack(input, now, out)
        break
      case 'measured':
        this.#onMeasured(input, out)
        break
      case 'halt':
        this.#onHalt(input, out)
        break
      case 'putBack':
        this.#floor.drop(this.#floor.find(input.task, input.ballot), input.code, out)
        break
    }
    this.#floor.stopLate(now, out)
    this.#floor.start(now, out)
    this.#floor.lineUp(now, out)
  }

  nextWakeup(): Millis | undefined {
    return this.#floor.nextWakeup()
  }

  /** Copies of this request that could start this instant, with nothing of ours waiting in front of them. */
  room(request: ResourceRequest, limit: number): number {
    return this.queued > 0 ? 0 : this.#floor.holdings.room(request, limit)
  }

  get free(): ResourceVector {
    return this.#floor.holdings.free
  }

  /** What tenants may have here yet; undefined: nobody has a quota. */
  get quotas(): QuotaRoom | undefined {
    return this.#floor.holdings.quotas.room
  }

  /** By what runs, waits or is about to come here: of tasks that are tied to others, or others to them. */
  get ties(): readonly Ties[] {
    return this.#floor.holdings.ties
  }

  /** What has not begun. */
  get queued(): number {
    return this.#floor.waiting
  }

  get running(): number {
    return this.#floor.runs.size - this.queued
  }

  /** What runs here in the order it began, then what waits in the order in which it would start; at most `limit` of each. */
  work(limit: number, now: Millis): Work[] {
    const queued = Array.from(this.#floor.queue.inOrder(limit, now, this.#floor.holdings), ({ item }) => item)
    const waiting = [...this.#floor.lined.all(), ...queued]
    return workOf({ runs: this.#floor.runs.values(), waiting, holdings: this.#floor.holdings }, limit)
  }

  get queueFull(): boolean {
    return this.queued >= this.#config.queueMax
  }

  /** Rises with every take and end: what a load stamp's seq is made of. */
  get changes(): number {
    return this.#floor.changes
  }

  /** Room is kept for it. */
  holds(task: TaskId): boolean {
    return this.#floor.holdings.holds(task)
  }

  /** Tasks that have room here and no run yet. */
  get reserved(): TaskId[] {
    return [...this.#floor.holdings.taken.keys()].filter((task) => !this.#floor.runs.has(task))
  }

  /** What the last comparison with what really runs has shown. */
  get breaches(): readonly Breach[] {
    return this.#audit.breaches
  }

  /** It is in the queue here, not begun. */
  waits(task: TaskId): boolean {
    return this.#floor.runs.get(task)?.phase === 'queued'
  }

  has(task: TaskId): boolean {
    return this.#floor.runs.has(task)
  }

  /** What a run here was last measured to use, else what it was given; 0 when it has not begun here. */
  memoryBytesOf(task: TaskId): number {
    return usedBytes(this.#floor.runs.get(task))
  }

  /** The live output kept of a run from these offsets on; undefined when it does not run here. */
  outputOf(task: TaskId, stdout: number, stderr: number): ReturnType<OutputTail['from']> | undefined {
    const run = this.#floor.runs.get(task)
    return run && (run.output?.from(stdout, stderr) ?? [])
  }

  snapshot() {
    return {
      total: this.#floor.holdings.total,
      free: this.#floor.holdings.free,
      runs: [...this.#floor.runs.values()].map(runSnapshot),
    }
  }

  #onTake(input: Extract<HostInput, { type: 'take' }>, now: Millis, out: HostEffect[]): void {
    const { record, alternative, ballot, attempt, leased, checkpoint, backup } = input
    invariant(!this.#floor.runs.has(record.id), `task ${record.id} is taken twice`)
    const request = requestOf(record.spec, alternative)
    const given = { alternative, request }
    const taken = { ballot, record, ...given, attempt, leased, checkpoint, backup }
    const run: Run = { task: record.id, ...taken, phase: 'queued', plain: isPlain(taken, this.#view), startedMs: now }
    this.#floor.runs.set(run.task, run)
    const { tenant } = record.spec
    this.#floor.holdings.expect(run.task, { tenant, request, ties: tiesOf(record.spec) })
    this.#floor.queue.push(standingOf(record), run, now)
    this.#floor.lined.takeBackUnlike(run, out)
    this.#floor.changes++
    // It has its room already. Behind others it would keep that from them, and wait for them.
    if (this.#floor.holdings.holds(run.task)) this.#floor.startRun(run, now, out)
  }

  #onRunning(task: TaskId, ballot: Ballot, out: HostEffect[]): void {
    const run = this.#floor.find(task, ballot)
    if (run?.phase !== 'starting') return
    enter(run, 'running')
    this.#floor.lined.began(run)
    out.push({ type: 'began', task, ballot })
  }

  #onOutput(input: Extract<HostInput, { type: 'output' }>): void {
    const run = this.#floor.find(input.task, input.ballot)
    if (!run) return
    run.output ??= new OutputTail(this.#config.outputTailBytesMax)
    run.output.push({ stream: input.stream, offset: input.offset, data: input.data })
  }

  #onRan(input: Extract<HostInput, { type: 'ran' }>, now: Millis, out: HostEffect[]): void {
    const run = this.#floor.find(input.task, input.ballot)
    if (!run || waits(run)) return
    const next = this.#floor.vacate(run)
    const { task, ballot, stopCode, record, alternative } = run
    const { result, warmUpMs } = input
    out.push({ type: 'ended', task, ballot, class: record.spec.class, alternative, result, stopCode, warmUpMs })
    if (next) this.#onTurn(next, now, out)
  }

  /** It has the place of what it followed, whose executor goes on with it. */
  #onTurn(run: Run, now: Millis, out: HostEffect[]): void {
    this.#floor.begin(run, now)
    out.push({ type: 'followed', ...takenOf(run) })
    if (run.stopCode === undefined) return
    enter(run, 'stopping')
    this.#floor.noteStop(run, run.stopCode, out)
  }

  /** It was lined up, and has not begun. What it followed may be over: then it has room, and begins after all. */
  #onTakenBack({ task, ballot }: Extract<HostInput, { type: 'takenBack' }>, now: Millis, out: HostEffect[]): void {
    const run = this.#floor.find(task, ballot)
    if (!run) return
    if (run.phase === 'stopping') {
      const next = this.#floor.vacate(run)
      out.push({ type: 'dropped', task, ballot, code: run.stopCode! })
      if (next) this.#onTurn(next, now, out)
      return
    }
    // Its executor could not have it there.
    if (!run.recalled) run.plain = false
    if (run.phase === 'starting') out.push({ ...runOrder(run, []), again: true })
    if (run.phase !== 'lined') return
    this.#floor.lined.remove(run)
    const code = run.stopCode ?? (this.#floor.holdings.never(run.request) ? 'too-large' : undefined)
    if (code !== undefined) {
      this.#floor.leave(run, code, out)
      return
    }
    enter(run, 'queued')
    delete run.recalled
    this.#floor.queue.push(standingOf(run.record), run, run.startedMs)
  }

  #onHalt(input: Extract<HostInput, { type: 'halt' }>, out: HostEffect[]): void {
    const run = this.#floor.find(input.task, input.ballot)
    if (!run || this.#floor.drop(run, input.code, out)) return
    if (run.phase === 'lined') this.#floor.lined.halt(run, input.code, out)
    else this.#floor.stop(run, input.code, out)
  }

  #onMeasured({ runs: measured, awaited }: Extract<HostInput, { type: 'measured' }>, out: HostEffect[]): void {
    const { total, free, taken } = this.#floor.holdings
    const runs = [...this.#floor.runs.values()].filter(({ phase }) => phase !== 'queued')
    const promised = { total, free, taken, runs, awaited }
    for (const seen of measured) noteUse(this.#floor.find(seen.task, seen.ballot), seen)
    for (const breach of this.#audit.look(promised, measured)) out.push({ type: 'breach', breach })
  }

  /** A host that shrank under a waiting run lets it go where it fits. */
  #dropTooLarge(out: HostEffect[]): void {
    for (const run of this.#floor.queue.items())
      if (this.#floor.holdings.never(run.request)) this.#floor.drop(run, 'too-large', out)
  }
}
