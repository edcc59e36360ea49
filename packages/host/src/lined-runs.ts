import { Deadlines, type Millis } from '@souk/kernel'
import type { TaskId } from '@souk/wire'
import type { HostConfig } from './config.ts'
import type { Holdings } from './holdings.ts'
import type { HostEffect } from './host-io.ts'
import { isAlike, mayFollow } from './may-follow.ts'
import { enter, type Run, runOrder, type StopCode } from './run.ts'

/** What is known of how long runs take. */
export interface PaceView {
  /** mean of such a class; undefined: it is not known */
  meanMs(className: string, alternative: number): Millis | undefined
}

/** A run that others may follow, and those that do, in their order. */
interface Line {
  head: Run
  followers: Run[]
}

type LineConfig = Pick<HostConfig, 'lineMax' | 'lineAheadMs' | 'lineRunMsMax' | 'lineMsMax'>

/**
 * Short runs that are lined up behind others: an executor begins each as soon as the one before it is over, so that no slot
 * stands idle for the way to the host and back. Until then they hold nothing, and can be taken back.
 *
 * Invariants: at most `lineMax` behind one run, none of them for longer than `lineMsMax`; each asks for what the run asks for
 * that it follows; all of one tenant and one priority, so that none of them goes before another that is entitled to more.
 */
export class LinedRuns {
  readonly #config: LineConfig
  readonly #view: PaceView
  readonly #lines = new Map<TaskId, Line>()
  readonly #times = new Deadlines<Run>()
  #size = 0

  constructor(config: LineConfig, view: PaceView) {
    this.#config = config
    this.#view = view
  }

  get size(): number {
    return this.#size
  }

  /** In the order of the runs that they follow. */
  *all(): Generator<Run> {
    for (const { followers } of this.#lines.values()) yield* followers
  }

  nextWakeup(): Millis | undefined {
    return this.#times.next()
  }

  /** It runs: from now on others may follow it. */
  began(head: Run): void {
    if (head.plain && !this.#lines.has(head.task)) this.#lines.set(head.task, { head, followers: [] })
  }

  /** It is over. What takes its place, with the others behind that; undefined: nothing does. */
  over(head: Run): Run | undefined {
    const line = this.#lines.get(head.task)
    if (!line) return undefined
    this.#lines.delete(head.task)
    const next = line.followers.shift()
    if (!next) return undefined
    this.#out(next)
    this.#lines.set(next.task, { head: next, followers: line.followers })
    return next
  }

  /** Has that one begin after `head`. `gpuDevices` stays empty: those who need any are not lined up. */
  add(run: Run, head: Run, now: Millis, out: HostEffect[]): void {
    const line = this.#lines.get(head.task)!
    enter(run, 'lined')
    line.followers.push(run)
    this.#size++
    this.#times.set(run, now + this.#config.lineMsMax)
    out.push({ ...runOrder(run, []), type: 'lineUp', behind: { task: head.task, ballot: head.ballot } })
  }

  /** The run that has the least ahead of it and that this one may follow; undefined: none. */
  placeFor(run: Run, now: Millis): Run | undefined {
    if (!run.plain || !this.#isShort(run)) return undefined
    const [other] = this.all()
    if (other && !isAlike(other, run)) return undefined
    const { lineMax, lineAheadMs, lineRunMsMax } = this.#config
    const meanMs = this.#meanMs(run)!
    let best: Line | undefined
    for (const line of this.#lines.values()) {
      const { head, followers } = line
      const count = followers.length
      if (count >= lineMax || (count > 0 && (count + 1) * meanMs > lineAheadMs)) continue
      if (best && best.followers.length <= count) continue
      // One that takes longer than expected may take much longer yet.
      if (head.phase !== 'running' || now - head.startedMs > lineRunMsMax || !this.#isShort(head)) continue
      if (mayFollow(run, head)) best = line
    }
    return best?.head
  }

  /** It does not begin, as its executor says. */
  remove(run: Run): void {
    for (const { followers } of this.#lines.values()) {
      const at = followers.indexOf(run)
      if (at < 0) continue
      followers.splice(at, 1)
      this.#out(run)
      return
    }
  }

  /** Asks for it back. */
  takeBack(run: Run, out: HostEffect[]): void {
    if (run.recalled) return
    run.recalled = true
    out.push({ type: 'takeBack', task: run.task, ballot: run.ballot })
  }

  /** It is to go. Where it has begun already it ends at once: that it has is told only once what it followed has been stored. */
  halt(run: Run, code: StopCode, out: HostEffect[]): void {
    run.stopCode = code
    this.takeBack(run, out)
    out.push({ type: 'stop', task: run.task, ballot: run.ballot, code })
  }

  /** What follows that run. */
  takeBackBehind(head: Run, out: HostEffect[]): void {
    for (const run of this.#lines.get(head.task)?.followers ?? []) this.takeBack(run, out)
  }

  takeBackAll(out: HostEffect[]): void {
    for (const run of this.all()) this.takeBack(run, out)
  }

  /** Where another comes that may go before them, or is entitled to more. */
  takeBackUnlike(run: Run, out: HostEffect[]): void {
    if (this.#size === 0) return
    for (const lined of this.all()) if (!isAlike(lined, run)) this.takeBack(lined, out)
  }

  /** The one that has waited longest, if there is room for it now. */
  takeBackFitting(holdings: Pick<Holdings, 'room'>, out: HostEffect[]): void {
    let first: Run | undefined
    for (const run of this.all()) if (!run.recalled && (!first || run.startedMs < first.startedMs)) first = run
    if (first && holdings.room(first.request, 1) > 0) this.takeBack(first, out)
  }

  /** What waits for longer than such runs take. */
  takeBackLate(now: Millis, out: HostEffect[]): void {
    for (let run = this.#times.popDue(now); run; run = this.#times.popDue(now)) this.takeBack(run, out)
  }

  #out(run: Run): void {
    this.#size--
    this.#times.delete(run)
  }

  #isShort(run: Run): boolean {
    const ms = this.#meanMs(run)
    return ms !== undefined && ms <= this.#config.lineRunMsMax
  }

  #meanMs({ record, alternative }: Run): Millis | undefined {
    return this.#view.meanMs(record.spec.class, alternative)
  }
}
