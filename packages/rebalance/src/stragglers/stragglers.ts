import { Deadlines, type Machine, type Millis } from '@souk/kernel'
import type { Ballot, TaskId } from '@souk/wire'
import { type ClassTail, ClassTails } from './class-tails.ts'
import type { StragglersConfig } from './config.ts'

export type StragglersInput =
  | { type: 'wake' }
  /** a run has begun here; at most as many as the host runs at once */
  | { type: 'began'; task: TaskId; ballot: Ballot; class: string }
  | { type: 'over'; task: TaskId }
  /** a run of that class succeeded, here or elsewhere */
  | { type: 'duration'; class: string; runMs: Millis }

/** A run that takes far longer than others of its class. */
export interface Straggler extends ClassTail {
  task: TaskId
  ballot: Ballot
  elapsedMs: Millis
}

/** at most one a run */
export type StragglersEffect = { type: 'straggler'; straggler: Straggler }

interface Run {
  task: TaskId
  ballot: Ballot
  class: string
  sinceMs: Millis
  told: boolean
}

/**
 * Reports runs on this host that lag far behind others of their class, by the durations of runs here and, for tasks that this
 * peer keeps, elsewhere.
 *
 * Invariants: a run is reported once, and only if `runsMin` runs of its class are known. I11 it remembers the runs of one host
 * and `classesMax` classes.
 * Inputs: runs as they begin and end, durations. Effects: reports, on which `Speculator` acts.
 */
export class Stragglers implements Machine<StragglersInput, StragglersEffect> {
  readonly #config: StragglersConfig
  readonly #tails: ClassTails
  readonly #runs = new Map<TaskId, Run>()
  readonly #looks = new Deadlines<TaskId>()

  constructor(config: StragglersConfig) {
    this.#config = config
    this.#tails = new ClassTails(config)
  }

  step(input: StragglersInput, now: Millis, out: StragglersEffect[]): void {
    switch (input.type) {
      case 'began': {
        const { task, ballot, class: name } = input
        this.#runs.set(task, { task, ballot, class: name, sinceMs: now, told: false })
        this.#lookAgain(task, now)
        break
      }
      case 'over':
        this.#runs.delete(input.task)
        this.#looks.delete(input.task)
        break
      case 'duration':
        this.#tails.add(input.class, input.runMs)
        break
      case 'wake':
        break
    }
    for (let task = this.#looks.popDue(now); task !== undefined; task = this.#looks.popDue(now))
      this.#look(task, now, out)
  }

  nextWakeup(): Millis | undefined {
    return this.#looks.next()
  }

  snapshot() {
    return { stragglers: [...this.#runs.values()].filter(({ told }) => told), classes: this.#tails.all() }
  }

  /** Reported runs that still run here, longest first. */
  now(now: Millis): Straggler[] {
    const told = [...this.#runs.values()].filter((run) => run.told)
    return told.flatMap((run) => this.#measured(run, now) ?? []).sort((a, b) => b.elapsedMs - a.elapsedMs)
  }

  /** The tails of all classes of which enough is known. */
  tails(): ClassTail[] {
    return this.#tails.all()
  }

  #look(task: TaskId, now: Millis, out: StragglersEffect[]): void {
    const run = this.#runs.get(task)!
    const straggler = this.#measured(run, now)
    if (!straggler || straggler.elapsedMs < straggler.limitMs) {
      this.#lookAgain(task, now)
      return
    }
    run.told = true
    out.push({ type: 'straggler', straggler })
  }

  /** Looks at the run again when it would be a straggler by what is known now, or after lookMs if too little is known. */
  #lookAgain(task: TaskId, now: Millis): void {
    const { class: name, sinceMs } = this.#runs.get(task)!
    const tail = this.#tails.of(name)
    this.#looks.set(task, tail ? Math.max(now + 1, sinceMs + tail.limitMs) : now + this.#config.lookMs)
  }

  #measured({ task, ballot, class: name, sinceMs }: Run, now: Millis): Straggler | undefined {
    const tail = this.#tails.of(name)
    return tail && { task, ballot, ...tail, elapsedMs: Math.round(now - sinceMs) }
  }
}
