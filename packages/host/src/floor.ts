import { Deadlines, earliest, type Millis } from '@souk/kernel'
import { type Ballot, compareBallots, type TaskId } from '@souk/wire'
import type { HostConfig } from './config.ts'
import { type DevicesView, Holdings } from './holdings.ts'
import type { HostEffect } from './host-io.ts'
import { LinedRuns, type PaceView } from './lined-runs.ts'
import { enter, type LeaveCode, overrules, type Run, runOrder, type StopCode } from './run.ts'
import { RunQueue } from './run-queue.ts'

/**
 * Every run of this host, from when its baton is taken until nothing of it is left: what waits, what is lined up, what runs,
 * and what each holds.
 */
export class Floor {
  readonly holdings: Holdings
  readonly queue: RunQueue<Run>
  readonly lined: LinedRuns
  readonly runs = new Map<TaskId, Run>()
  readonly #config: HostConfig
  readonly #timeouts = new Deadlines<TaskId>()
  /** rises with every take and end */
  changes = 0

  constructor(config: HostConfig, view: DevicesView & PaceView) {
    this.#config = config
    this.holdings = new Holdings(config, view)
    this.queue = new RunQueue(config.ageingMs)
    this.lined = new LinedRuns(config, view)
  }

  /** What has not begun. */
  get waiting(): number {
    return this.queue.size + this.lined.size
  }

  nextWakeup(): Millis | undefined {
    return earliest(this.#timeouts.next(), this.lined.nextWakeup())
  }

  find(task: TaskId, ballot: Ballot): Run | undefined {
    const run = this.runs.get(task)
    return run && compareBallots(run.ballot, ballot) === 0 ? run : undefined
  }

  /** Nothing of it is left. */
  forget(run: Run): void {
    this.holdings.forget(run.task)
    this.runs.delete(run.task)
    this.#timeouts.delete(run.task)
    this.changes++
  }

  /** It is over. Returns what was lined up behind it and has its place now; without any its room is free. */
  vacate(run: Run): Run | undefined {
    const next = this.lined.over(run)
    if (next) this.holdings.rename(run.task, next.task)
    else this.holdings.give(run.task)
    this.forget(run)
    return next
  }

  /** Out of the queue; false: it is not in it. */
  drop(run: Run | undefined, code: LeaveCode, out: HostEffect[]): boolean {
    if (run?.phase !== 'queued') return false
    this.queue.remove((queued) => queued === run)
    this.leave(run, code, out)
    return true
  }

  leave(run: Run, code: LeaveCode, out: HostEffect[]): void {
    this.forget(run)
    out.push({ type: 'dropped', task: run.task, ballot: run.ballot, code })
  }

  /** Ends what has run for as long as it may. */
  stopLate(now: Millis, out: HostEffect[]): void {
    for (let task = this.#timeouts.popDue(now); task !== undefined; task = this.#timeouts.popDue(now)) {
      const run = this.runs.get(task)
      if (run) this.stop(run, 'timeout', out)
    }
  }

  stop(run: Run, code: StopCode, out: HostEffect[]): void {
    if (run.phase === 'stopping') {
      if (!overrules(code, run.stopCode)) return
    } else enter(run, 'stopping')
    this.noteStop(run, code, out)
    out.push({ type: 'stop', task: run.task, ballot: run.ballot, code })
  }

  /** It was told to end. */
  noteStop(run: Run, code: StopCode, out: HostEffect[]): void {
    run.stopCode = code
    this.#timeouts.delete(run.task)
    this.lined.takeBackBehind(run, out)
  }

  /** Starts what fits, in queue order; a later one may overtake until the first has waited `overtakeMsMax`. */
  start(now: Millis, out: HostEffect[]): void {
    while (this.queue.size > 0) {
      const next = this.#nextToStart(now)
      if (!next || !this.startRun(next, now, out)) return
    }
    this.lined.takeBackFitting(this.holdings, out)
  }

  /** Has executors go on by themselves where short runs of one tenant follow one another. */
  lineUp(now: Millis, out: HostEffect[]): void {
    this.lined.takeBackLate(now, out)
    while (this.queue.ofOneTenant) {
      const next = this.queue.inOrder(1, now, this.holdings).next().value?.item
      const head = next && this.lined.placeFor(next, now)
      if (!head) return
      this.queue.remove((queued) => queued === next)
      this.lined.add(next, head, now, out)
    }
  }

  #nextToStart(now: Millis): Run | undefined {
    const { overtakeScanMax, overtakeMsMax } = this.#config
    let patient: boolean | undefined
    for (const { item, sinceMs } of this.queue.inOrder(overtakeScanMax, now, this.holdings)) {
      if (this.holdings.room(item.request, 1) > 0) return item
      patient ??= now - sinceMs < overtakeMsMax
      if (!patient) return undefined
    }
    return undefined
  }

  startRun(run: Run, now: Millis, out: HostEffect[]): boolean {
    const allocation = this.holdings.held(run.task) ?? this.holdings.take(run.task, run.record.spec.tenant, run.request)
    if (!allocation) return false
    this.queue.remove((queued) => queued === run)
    this.begin(run, now)
    out.push(runOrder(run, allocation.gpuDevices))
    return true
  }

  /** It has what it needs. */
  begin(run: Run, now: Millis): void {
    enter(run, 'starting')
    run.startedMs = now
    const { timeoutMs } = run.record.spec
    if (timeoutMs > 0) this.#timeouts.set(run.task, now + timeoutMs)
  }
}
