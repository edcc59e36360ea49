import type { RunOrder, StopCode } from '@souk/peer'
import { type Ballot, ballotText, emptyResult, type FileRef, type RunResult, type TaskId } from '@souk/wire'
import { doneMsOf } from './checkpoint-draws.ts'
import { argsOf, fetchMsOf } from './work-args.ts'

/** One simulated process. */
export interface Run {
  node: number
  life: number
  order: RunOrder
  startedAt: number
  /** what it takes when nobody stops it */
  ms: number
  fail: boolean
  over: boolean
  /** of one that was stopped for it: what it left for the next */
  leaves?: FileRef
}

/** The processes of one node. The world keeps the time; a run ends once, whatever ends it first. */
export class Executor {
  readonly #runs = new Map<string, Run>()

  get size(): number {
    return this.#runs.size
  }

  /** undefined when that very run is under way already: the peer's mistake, which the checkers report. */
  start(node: number, life: number, order: RunOrder, now: number): Run | undefined {
    const key = keyOf(order.task, order.ballot)
    if (this.#runs.has(key)) return undefined
    const args = argsOf(order.record.spec)
    const { fail } = args
    const leftMs = Math.max(0, args.ms - doneMsOf(order.checkpoint)) + fetchMsOf(args, node)
    // A run lags for reasons of its host, or of the task itself: a second one may be faster or not.
    const ms = order.backup ? leftMs * (order.task.charCodeAt(0) % 2 === 0 ? 0.1 : 2) : leftMs
    const run: Run = { node, life, order, startedAt: now, ms, fail, over: false }
    this.#runs.set(key, run)
    return run
  }

  find(task: TaskId, ballot: Ballot): Run | undefined {
    return this.#runs.get(keyOf(task, ballot))
  }

  /** All of them, in the order they started. */
  runs(): Run[] {
    return [...this.#runs.values()]
  }

  /** False when it was over before. */
  end(run: Run): boolean {
    if (run.over) return false
    run.over = true
    this.#runs.delete(keyOf(run.order.task, run.order.ballot))
    return true
  }
}

/** The answer for a run that came to its own end. */
export function endedResult(run: Run): RunResult {
  return result(run.fail ? 'failed' : 'ok', run.fail ? 1 : 0, run.fail ? 'the simulated work failed' : '', run.ms)
}

/** The answer for a run that was stopped. */
export function stoppedResult(run: Run, code: StopCode | 'guardian', now: number): RunResult {
  return result(code === 'timeout' ? 'timeout' : 'stopped', 137, `stopped: ${code}`, now - run.startedAt)
}

function result(end: RunResult['end'], exitCode: number, message: string, ms: number): RunResult {
  const runMs = Math.round(ms)
  return { ...emptyResult(end, exitCode, message), runMs, cpuMs: runMs }
}

function keyOf(task: TaskId, ballot: Ballot): string {
  return `${task}/${ballotText(ballot)}`
}
