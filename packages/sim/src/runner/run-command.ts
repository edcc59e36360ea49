import { writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { plantedBugs } from '../planted/planted-bugs.ts'
import { profileOf } from '../profiles.ts'
import { type RunArguments, replayCommand } from '../replay.ts'
import { type PlantedResult, reportOf, tableOf, violationsText } from '../report.ts'
import type { RunSummary } from '../summary.ts'
import { drawSizes } from '../swarm.ts'
import { TraceLog } from '../trace-log.ts'
import type { ViolationKind } from '../violation.ts'
import { doJob, type Job, type JobResult } from './job.ts'
import { Ledger } from './ledger.ts'
import type { Options } from './options.ts'
import { plantedTable } from './planted-table.ts'
import { runJobs } from './pool.ts'
import { Progress } from './progress.ts'
import { seriesText } from './series-text.ts'
import { openTrace } from './trace-file.ts'

/** Also in the help: stable, for scripts. */
const exitCodes: Record<ViolationKind, number> = { safety: 1, liveness: 2, crash: 3 }
/** Runs shown one by one; of more only those that failed are. */
const shownMax = 200
const tablesMax = 20
/** The sum of a long series is saved so often, in seeds. */
const saveEvery = 50

/** One command: its jobs, who does them, and what is said of it. */
export class RunCommand {
  readonly #options: Options
  readonly #ledger: Ledger
  readonly #progress = new Progress()
  readonly #runs: RunSummary[] = []
  readonly #planted: PlantedResult[] = []
  readonly #kinds = new Set<ViolationKind>()
  readonly #seeds: number
  readonly #quiet: boolean

  constructor(options: Options) {
    this.#options = options
    this.#seeds = options.seeds ?? (options.planted ? 0 : 1)
    this.#quiet = options.json || options.trace === '-'
    this.#ledger = new Ledger(options.resume, options.profile, options.seed)
  }

  /** Does all of it, or what can be done until `signal` is raised; the exit code. */
  async run(signal: AbortSignal): Promise<number> {
    const { json, minutes, table, threads, trace } = this.#options
    const began = performance.now()
    const ends = minutes === 0 ? [signal] : [signal, AbortSignal.timeout(minutes * 60_000)]
    const count = this.#left + (this.#options.planted ? plantedBugs.length : 0)
    if (trace !== undefined) this.#runTraced(trace)
    else if (count === 1 || threads === 1) this.#runHere(AbortSignal.any(ends))
    else await runJobs(this.#jobs(), Math.min(threads, count), (done) => this.#onDone(done), AbortSignal.any(ends))
    const { data } = this.#ledger
    data.wallMs += performance.now() - began
    this.#ledger.save()
    this.#progress.clear()
    if (table !== undefined) writeFileSync(table, plantedTable(this.#planted))
    if (json) console.log(JSON.stringify(this.#report()))
    else this.#say(this.#options.resume === undefined ? this.#summaryText() : seriesText(data))
    return this.#exitCode()
  }

  /** Seeds that are still to be done. */
  get #left(): number {
    return Math.max(0, this.#options.seed + this.#seeds - this.#ledger.data.next)
  }

  *#jobs(): Generator<Job> {
    if (this.#options.planted) for (const { name } of plantedBugs) yield { kind: 'planted', name }
    const { next } = this.#ledger.data
    const end = next + this.#left
    for (let seed = next; seed < end; seed++)
      yield { kind: 'run', run: this.#argumentsOf(seed), twice: this.#options.twice }
  }

  #argumentsOf(seed: number): RunArguments {
    const { profile, codec, without, peers, tasks } = this.#options
    const drawn = drawSizes(profileOf(profile)!, seed)
    return { seed, peers: peers ?? drawn.peers, tasks: tasks ?? drawn.tasks, profile, codec, without }
  }

  #runHere(signal: AbortSignal): void {
    for (const job of this.#jobs()) {
      if (signal.aborted) break
      this.#onDone(doJob(job))
    }
  }

  #runTraced(path: string): void {
    const trace = openTrace(path)
    const log = new TraceLog(trace.write, this.#options.frames)
    for (const job of this.#jobs()) this.#onDone(doJob(job, [log]))
    trace.close()
  }

  #onDone(done: JobResult): void {
    if (done.kind === 'planted') {
      this.#planted.push(done.planted)
      this.#say(plantedText(done.planted))
      return
    }
    const { summary } = done
    const { data } = this.#ledger
    this.#ledger.add(summary)
    if (data.seeds % saveEvery === 0) this.#ledger.save()
    if (this.#seeds <= shownMax || summary.violationCount > 0) this.#runs.push(summary)
    if (this.#seeds <= tablesMax) this.#say(`${tableOf(summary)}\n`)
    for (const { kind } of summary.violations) this.#kinds.add(kind)
    if (summary.violationCount > 0) {
      this.#progress.clear()
      console.error(violationsText(summary, replayCommand(this.#argumentsOf(summary.seed))))
    }
    this.#progress.show(() => this.#summaryText())
  }

  #say(text: string): void {
    this.#progress.clear()
    if (!this.#quiet) console.log(text)
  }

  #summaryText(): string {
    const { seeds, simulatedMs, violations } = this.#ledger.data
    const hours = (simulatedMs / 3_600_000).toFixed(2)
    return `${seeds} seeds, ${hours} hours simulated, ${violations} violations, ${this.#left} seeds left`
  }

  #report(): object {
    const { seeds, violations, excused, simulatedMs, wallMs } = this.#ledger.data
    const machine = { cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length, node: process.version }
    const runs = this.#runs.toSorted((a, b) => a.seed - b.seed)
    const planted = this.#options.planted ? this.#planted : undefined
    return reportOf({ seeds, violations, excused, virtualMs: simulatedMs, wallMs }, runs, planted, machine)
  }

  /** The worst of what happened: a crash tells most, then safety, then liveness. */
  #exitCode(): number {
    const worst = (['crash', 'safety', 'liveness'] as const).find((kind) => this.#kinds.has(kind))
    if (worst !== undefined) return exitCodes[worst]
    return this.#planted.some(({ seed }) => seed === 0) ? exitCodes.safety : 0
  }
}

function plantedText({ name, seed, invariant, wallMs }: PlantedResult): string {
  const found = seed === 0 ? 'MISSED' : `${invariant} with seed ${seed}`
  return `${name.padEnd(42)}${found.padEnd(20)}${(wallMs / 1000).toFixed(1)} s`
}
