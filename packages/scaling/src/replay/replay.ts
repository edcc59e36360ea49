import { Ends } from './ends.ts'
import type { TaskTimes } from './task-times.ts'

/** How many workers a policy wants, and how long one that is not needed any more stays warm. */
export interface Wanted {
  workers: number
  keepMs: number
}

/** Asked at the end of each bucket. It knows what was, never what comes. */
export interface Policy {
  readonly bucketMs: number
  /** `used`: the most tasks that were there at once in the bucket */
  decide(bucket: number, used: number): Wanted
}

/** Sums over the whole replay; times in worker-milliseconds. */
export interface Replayed {
  tasks: number
  /** tasks that found no worker warm and free */
  coldStarts: number
  /** warm and without a task */
  idleMs: number
  /** starting up, for a task or ahead of one */
  warmUpMs: number
  busyMs: number
  /** all that was held: idle, starting and busy */
  heldMs: number
  p95WaitMs: number
  p99WaitMs: number
}

/**
 * What becomes of the tasks where a policy says how many workers stand warm. A task takes the warm worker that was used
 * last; where none is free, it waits for one that is starting ahead of it, else for one of its own: a cold start. Workers
 * over what is wanted go once they were idle for `keepMs`.
 */
export function replay(tasks: TaskTimes, coldStartMs: number, policy: Policy): Replayed {
  const pool = new ReplayedPool(coldStartMs)
  let bucket = 0
  const close = (): void => {
    pool.advance((bucket + 1) * policy.bucketMs)
    pool.want(policy.decide(bucket++, pool.takeMostUsed()))
  }
  for (let i = 0; i < tasks.at.length; i++) {
    while ((bucket + 1) * policy.bucketMs <= tasks.at[i]!) close()
    pool.advance(tasks.at[i]!)
    pool.begin(tasks.ms[i]!)
  }
  pool.advance(tasks.endMs)
  return pool.sums(tasks.endMs)
}

class ReplayedPool {
  readonly #coldStartMs: number
  readonly #running = new Ends()
  /** since when each warm worker is idle; the one used last is at the end */
  readonly #idle = new IdleWorkers()
  /** when workers will be warm that start ahead of any task; in order */
  #starting: number[] = []
  #nextStarting = 0
  #held = 0
  #used = 0
  #mostUsed = 0
  #wanted: Wanted = { workers: 0, keepMs: 0 }
  #now = 0
  #heldMs = 0
  #busyMs = 0
  #warmUpMs = 0
  #coldStarts = 0
  readonly #waits: number[] = []

  constructor(coldStartMs: number) {
    this.#coldStartMs = coldStartMs
  }

  /** Through all that happens by itself until then. */
  advance(to: number): void {
    while (true) {
      const ends = this.#running.earliest
      const warm = this.#starting[this.#nextStarting] ?? Number.POSITIVE_INFINITY
      const next = Math.min(ends, warm, to)
      this.#letGo(next)
      this.#pass(next)
      if (next === to && ends > to && warm > to) return
      if (ends <= warm) {
        this.#running.take()
        this.#used--
      } else this.#nextStarting++
      this.#idle.add(next)
    }
  }

  begin(ms: number): void {
    this.#used++
    this.#mostUsed = Math.max(this.#mostUsed, this.#used)
    let wait = 0
    if (this.#idle.count > 0) this.#idle.takeLatest()
    else {
      this.#coldStarts++
      wait = this.#waitForStart()
    }
    this.#waits.push(wait)
    this.#busyMs += ms
    this.#running.add(this.#now + wait + ms)
  }

  want(wanted: Wanted): void {
    this.#wanted = wanted
    if (this.#nextStarting > 1000) this.#starting = this.#starting.slice(this.#nextStarting)
    if (this.#nextStarting > 1000) this.#nextStarting = 0
    for (; this.#held < wanted.workers; this.#held++) {
      this.#starting.push(this.#now + this.#coldStartMs)
      this.#warmUpMs += this.#coldStartMs
    }
    this.#letGo(this.#now)
  }

  takeMostUsed(): number {
    const most = this.#mostUsed
    this.#mostUsed = this.#used
    return most
  }

  /** What runs beyond the end counts as busy and held all the same. */
  sums(endMs: number): Replayed {
    let beyondMs = 0
    while (this.#running.earliest < Number.POSITIVE_INFINITY) beyondMs += this.#running.take() - endMs
    const heldMs = this.#heldMs + beyondMs
    const idleMs = heldMs - this.#busyMs - this.#warmUpMs
    const waits = Float64Array.from(this.#waits).sort()
    const tasks = waits.length
    return {
      tasks,
      coldStarts: this.#coldStarts,
      idleMs,
      warmUpMs: this.#warmUpMs,
      busyMs: this.#busyMs,
      heldMs,
      p95WaitMs: waits[Math.floor(0.95 * tasks)] ?? 0,
      p99WaitMs: waits[Math.floor(0.99 * tasks)] ?? 0,
    }
  }

  #waitForStart(): number {
    const ahead = this.#starting[this.#nextStarting]
    if (ahead !== undefined) {
      this.#nextStarting++
      return ahead - this.#now
    }
    this.#held++
    this.#warmUpMs += this.#coldStartMs
    return this.#coldStartMs
  }

  /** Those that were idle longest first. */
  #letGo(until: number): void {
    const { workers, keepMs } = this.#wanted
    while (this.#idle.count > 0 && this.#held > workers) {
      const goes = Math.max(this.#now, this.#idle.longest + keepMs)
      if (goes > until) return
      this.#pass(goes)
      this.#idle.takeLongest()
      this.#held--
    }
  }

  #pass(to: number): void {
    this.#heldMs += this.#held * (to - this.#now)
    this.#now = to
  }
}

class IdleWorkers {
  #since: number[] = []
  #first = 0

  get count(): number {
    return this.#since.length - this.#first
  }

  get longest(): number {
    return this.#since[this.#first]!
  }

  add(since: number): void {
    this.#since.push(since)
  }

  takeLatest(): void {
    this.#since.pop()
  }

  takeLongest(): void {
    this.#first++
    if (this.#first < 1000) return
    this.#since = this.#since.slice(this.#first)
    this.#first = 0
  }
}
