import type { RunOrder, StopCode } from '@souk/peer'
import { type Ballot, ballotText, emptyResult, type FileRef, type RunResult, type TaskId } from '@souk/wire'
import { doneMsOf } from './checkpoint-draws.ts'
import { argsOf, fetchMsOf } from './work-args.ts'

/** One simulated process, or one that is to begin when another is over. */
export interface Run {
  node: number
  life: number
  order: RunOrder
  startedAt: number
  /** what it takes when nobody stops it */
  ms: number
  fail: boolean
  over: boolean
  /** what begins in its place, one after the other */
  followers: Run[]
  /** world time, ms: if its turn comes later it does not begin; never later than of what it is behind */
  beginBy: number
  /** of one that was stopped for it: what it left for the next */
  leaves?: FileRef
}

/** The processes of one node. The world keeps the time; a run ends once, whatever ends it first. */
export class Executor {
  readonly #runs = new Map<string, Run>()
  /** what is lined up, with what it waits for */
  readonly #lined = new Map<string, { run: Run; behind: Run }>()

  get size(): number {
    return this.#runs.size
  }

  /** undefined when that very run is under way already: the peer's mistake, which the checkers report. */
  start(node: number, life: number, order: RunOrder, now: number): Run | undefined {
    const key = keyOf(order)
    if (this.#runs.has(key)) return undefined
    const run = { ...madeOf(node, life, order), startedAt: now }
    this.#runs.set(key, run)
    return run
  }

  /** undefined where that other run is over. */
  lineUp(order: RunOrder, behind: Pick<RunOrder, 'task' | 'ballot'>, beginBy: number): Run | undefined {
    const before = this.#runs.get(keyOf(behind))
    const key = keyOf(order)
    if (!before || this.#runs.has(key) || this.#lined.has(key)) return undefined
    const last = before.followers.at(-1) ?? before
    const run = { ...madeOf(before.node, before.life, order), beginBy: Math.min(beginBy, last.beginBy) }
    before.followers.push(run)
    this.#lined.set(key, { run, behind: before })
    return run
  }

  /** undefined: it is not lined up, or has begun. */
  takeBack(task: TaskId, ballot: Ballot): Run | undefined {
    const key = keyOf({ task, ballot })
    const lined = this.#lined.get(key)
    if (!lined) return undefined
    this.#lined.delete(key)
    lined.behind.followers = lined.behind.followers.filter((run) => run !== lined.run)
    return lined.run
  }

  /** What has waited for a run that is over begins in its place; undefined: nothing has. The others wait for that one. */
  follow(before: Run, now: number): Run | undefined {
    const [next, ...others] = before.followers.splice(0)
    if (!next) return undefined
    this.#lined.delete(keyOf(next.order))
    next.startedAt = now
    next.followers = others
    for (const run of others) this.#lined.set(keyOf(run.order), { run, behind: next })
    this.#runs.set(keyOf(next.order), next)
    return next
  }

  find(task: TaskId, ballot: Ballot): Run | undefined {
    return this.#runs.get(keyOf({ task, ballot }))
  }

  /** All that have begun, in that order. */
  runs(): Run[] {
    return [...this.#runs.values()]
  }

  /** With those that are lined up. */
  underWay(): Run[] {
    return [...this.runs(), ...[...this.#lined.values()].map(({ run }) => run)]
  }

  /** False when it was over before. */
  end(run: Run): boolean {
    if (run.over) return false
    run.over = true
    this.#runs.delete(keyOf(run.order))
    return true
  }
}

function madeOf(node: number, life: number, order: RunOrder): Run {
  const args = argsOf(order.record.spec)
  const leftMs = Math.max(0, args.ms - doneMsOf(order.checkpoint)) + fetchMsOf(args, node)
  // A run lags for reasons of its host, or of the task itself: a second one may be faster or not.
  const ms = order.backup ? leftMs * (order.task.charCodeAt(0) % 2 === 0 ? 0.1 : 2) : leftMs
  const { fail } = args
  return { node, life, order, startedAt: 0, ms, fail, over: false, followers: [], beginBy: Number.POSITIVE_INFINITY }
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

function keyOf({ task, ballot }: Pick<RunOrder, 'task' | 'ballot'>): string {
  return `${task}/${ballotText(ballot)}`
}
