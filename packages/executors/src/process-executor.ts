import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Executor, MeasuredRun, RunEvents, WarmOrder } from '@souk/runtime'
import { type Ballot, type RunResult, requestOf, type TaskId } from '@souk/wire'
import { removeRunCgroups } from './guardian/cgroup-bin.ts'
import { removeCgroup } from './guardian/cgroup-folder.ts'
import type { CgroupPlace } from './guardian/run-limits.ts'
import { GuardianClient } from './guardian-client.ts'
import { killLeftovers } from './leftovers.ts'
import { findPlace } from './limits/find-place.ts'
import { type LimitsInForce, limitsInForce } from './limits/limits-in-force.ts'
import { WarmLimits } from './limits/warm-limits.ts'
import { type Partly, type ProcessOptions, processOptions } from './process-options.ts'
import { ProcessRun } from './process-run.ts'
import { removeTree } from './remove-tree.ts'
import { fenceText, type RunOrder, type StopCode } from './run-order.ts'
import { plainResult, refusal, stopEnd, stopMessage } from './run-result.ts'
import { WarmProcesses } from './warm-processes.ts'

/** Runs at once; the peer's own ledger of capacity allows far fewer. */
const runsMax = 10_000

/** Runs commands: each in its own process group and folder, spawned and watched by the guardian process. */
export class ProcessExecutor implements Executor {
  readonly kind = 'process'
  readonly #options: ProcessOptions
  readonly #runs = new Map<string, ProcessRun>()
  readonly #warm: WarmProcesses
  readonly #warmLimits: WarmLimits
  #events: RunEvents | undefined
  #place: CgroupPlace | undefined
  #limits: LimitsInForce
  #guardian: GuardianClient | undefined
  #closing: Promise<void> = Promise.resolve()
  #idle: NodeJS.Timeout | undefined
  #stopping = false
  #whenEmpty: (() => void) | undefined

  constructor(options: Partly<ProcessOptions, 'self' | 'dataFolder' | 'blobs'>) {
    this.#options = processOptions(options)
    const means = { place: undefined, reason: 'not started', watched: false }
    this.#limits = limitsInForce(means, this.#options.limits)
    const { warmCommands, warmProcessesMax, warmKeepMs, warmReadyMsMax, environment, hostName } = this.#options
    const { warmLimits, warmMemoryBytesDefault, limits } = this.#options
    this.#warmLimits = new WarmLimits(warmLimits, warmMemoryBytesDefault, limits)
    this.#warm = new WarmProcesses({
      commands: warmCommands,
      folder: this.#folder('work'),
      ...{ environment, hostName, processesMax: warmProcessesMax, keepMs: warmKeepMs, readyMsMax: warmReadyMsMax },
      limits: this.#warmLimits,
      guardian: () => this.#ensureGuardian(),
      running: (name) => [...this.#runs.values()].filter((run) => run.class === name).length,
      warmed: (answer) => this.#events?.warmed(answer),
      onEmpty: () => this.#rest(),
    })
  }

  /**
   * Kills what an earlier life left running and clears its folders. The guardian is started with the first run.
   * Rejects when the data folder cannot be written.
   */
  async start(events: RunEvents, signal: AbortSignal): Promise<void> {
    this.#events = events
    const { keepFolders } = this.#options
    await killLeftovers(this.#folder('guardian'))
    await this.#findPlace()
    signal.throwIfAborted()
    await mkdir(this.#folder('guardian'), { recursive: true, mode: 0o700 })
    for (const name of ['work', 'spool']) {
      if (!keepFolders) await removeTree(this.#folder(name))
      await mkdir(this.#folder(name), { recursive: true, mode: 0o700 })
    }
  }

  /** Ends every run, and then the guardian. */
  async stop(): Promise<void> {
    this.#stopping = true
    clearTimeout(this.#idle)
    const cooled = this.#warm.stop()
    for (const run of this.#runs.values()) run.halt('shutdown')
    if (this.#runs.size > 0) {
      await new Promise<void>((resolve) => {
        this.#whenEmpty = resolve
      })
    }
    await cooled
    this.#letGuardianGo()
    await this.#closing
    for (const { folder } of this.#place?.parents ?? []) removeCgroup(folder)
  }

  /** What is enforced of the limits of runs, and by whom; known once it is started. */
  get limitsInForce(): LimitsInForce {
    return this.#limits
  }

  async #findPlace(): Promise<void> {
    const { cgroups, dataFolder, limits } = this.#options
    const { place, reason } = await findPlace(cgroups, dataFolder)
    this.#place = place
    this.#limits = limitsInForce({ place, reason, watched: process.platform === 'linux' }, limits)
    // Whatever an earlier life has left there, ledger or not.
    if (place) await removeRunCgroups(place, '')
  }

  run(order: RunOrder): void {
    const key = fenceText(order.task, order.ballot)
    const answer = this.#refusal(order, key)
    if (answer) {
      queueMicrotask(() => this.#events?.ran(order.task, order.ballot, answer))
      return
    }
    const { spec } = order.record
    this.#warmLimits.note(spec.class, requestOf(spec, order.alternative))
    const warm = this.#warm.take(order)
    const work = warm?.folder ?? this.#folder(join('work', `${order.task}-${order.ballot.counter}`))
    const run = new ProcessRun(order, this.#options, this.#events!, { work, spool: this.#folder('spool'), warm })
    this.#runs.set(key, run)
    void run.run(() => this.#ensureGuardian()).then((result) => this.#ended(order, key, run, result))
  }

  /** Has processes of declared classes stand warm; `cannot-warm` for any other. */
  warm(order: WarmOrder): void {
    if (!this.#stopping && this.#events) this.#warm.order(order)
  }

  halt(task: TaskId, ballot: Ballot, code: StopCode): void {
    this.#runs.get(fenceText(task, ballot))?.halt(code)
  }

  underWay(): MeasuredRun[] {
    return [...this.#runs.values()].map((run) => run.measured)
  }

  /** Pid of the guardian, while there is one; for the console. */
  get guardianPid(): number | undefined {
    return this.#guardian?.closed === false ? this.#guardian.pid : undefined
  }

  #refusal(order: RunOrder, key: string): RunResult | undefined {
    const { allowed, hostName } = this.#options
    if (!allowed) return refusal('executor-not-allowed', `process tasks are not allowed on ${hostName}`)
    if (order.record.spec.work.kind !== 'process') return refusal('executor-not-allowed', 'this is not a process task')
    if (this.#stopping || !this.#events) {
      return plainResult(stopEnd('shutdown'), stopMessage('shutdown', 0))
    }
    if (this.#runs.has(key)) return refusal('runs-already', `${key} runs here already`)
    if (this.#runs.size >= runsMax) return refusal('no-room', `${runsMax} process tasks run here already`)
    return undefined
  }

  #ended(order: RunOrder, key: string, run: ProcessRun, result: RunResult): void {
    this.#runs.delete(key)
    // Its own command had to start from nothing, which takes about as long as it takes a process to get warm.
    this.#events!.ran(order.task, order.ballot, result, run.warmUpMs ?? this.#warm.tookMs(run.class))
    this.#warm.ended(run.class)
    this.#rest()
    if (this.#runs.size === 0) this.#whenEmpty?.()
  }

  /** A guardian that has nothing to guard ends after a while. */
  #rest(): void {
    if (this.#runs.size > 0 || this.#warm.size > 0 || this.#stopping || this.#guardian === undefined) return
    clearTimeout(this.#idle)
    this.#idle = setTimeout(() => this.#letGuardianGo(), this.#options.guardianIdleMs).unref()
  }

  #ensureGuardian(): GuardianClient {
    clearTimeout(this.#idle)
    this.#idle = undefined
    if (this.#guardian && !this.#guardian.closed) return this.#guardian
    this.#guardian = new GuardianClient({
      script: this.#options.scripts.guardian,
      folder: this.#folder('guardian'),
      place: this.#place,
    })
    return this.#guardian
  }

  #letGuardianGo(): void {
    const guardian = this.#guardian
    this.#guardian = undefined
    if (guardian) this.#closing = Promise.all([this.#closing, guardian.close()]).then(() => {})
  }

  #folder(name: string): string {
    return join(this.#options.dataFolder, name)
  }
}
