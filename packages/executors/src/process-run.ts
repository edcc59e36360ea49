import type { MeasuredRun, RunEvents } from '@souk/runtime'
import { type FileRef, type ProcessWork, type RunResult, requestOf } from '@souk/wire'
import { CheckpointFile, storeMsMax } from './checkpoint-file.ts'
import { endingOf } from './ending-of.ts'
import type { Exit } from './guardian/frames.ts'
import type { RunLimits } from './guardian/run-limits.ts'
import type { GuardedRun, GuardianClient } from './guardian-client.ts'
import { forksNote, limitBreach } from './limits/limit-breach.ts'
import { runLimits } from './limits/task-limits.ts'
import { type Collected, collectOutputs } from './output-files.ts'
import type { ProcessOptions } from './process-options.ts'
import { blobSources, copyHolders, fenceText, type RunOrder, runVariables, type StopCode } from './run-order.ts'
import { RunOutput } from './run-output.ts'
import { cutMessage, messageOf, movesOn, plainResult, refusal, stopEnd, stopMessage } from './run-result.ts'
import { preparationFailure, signalNumber, spawnFailure } from './spawn-failure.ts'
import { StdinFeed } from './stdin-feed.ts'
import { taskPath } from './task-path.ts'
import type { WarmProcess } from './warm-process.ts'
import { WorkFolder } from './work-folder.ts'

interface RunPlace {
  work: string
  spool: string
  /** it works there already */
  warm: WarmProcess | undefined
}

/** One run of a command, from its empty folder to its result. */
export class ProcessRun {
  readonly #order: RunOrder
  readonly #options: ProcessOptions
  readonly #events: RunEvents
  readonly #folder: WorkFolder
  readonly #output: RunOutput
  readonly #stdin: StdinFeed
  readonly #limits: RunLimits
  readonly #abort = new AbortController()
  /** only from here on a run that leaves a checkpoint has to hurry */
  readonly #overruled = new AbortController()
  readonly #checkpoint: CheckpointFile | undefined
  #notes: string[] = []
  #stopCode: StopCode | undefined
  #guardian: GuardianClient | undefined
  #number: number | undefined
  #startedAt = 0
  #resumed: FileRef | undefined
  /** it was started ahead, and waits for this task */
  readonly #warm: WarmProcess | undefined
  /** how long its process took to get warm; 0: it was; undefined: nothing is known of that */
  warmUpMs: number | undefined

  constructor(order: RunOrder, options: ProcessOptions, events: RunEvents, folders: RunPlace) {
    this.#warm = folders.warm
    this.#order = order
    this.#options = options
    this.#events = events
    this.#folder = new WorkFolder(folders.work)
    this.#output = new RunOutput(order, events, folders.spool)
    this.#stdin = new StdinFeed(options.blobs, blobSources(order, options.self), this.#abort.signal)
    this.#limits = runLimits(requestOf(order.record.spec, order.alternative), options.limits)
    const { checkpoint } = order.record.spec
    this.#checkpoint = checkpoint && new CheckpointFile(folders.work, checkpoint)
  }

  /** Runs it to its end. Never rejects. */
  async run(guardian: () => GuardianClient): Promise<RunResult> {
    let result: RunResult
    try {
      result = await this.#execute(guardian)
    } catch (error) {
      result = this.#failure(error)
    }
    // Not where it got the task: then it has ended.
    this.#warm?.end()
    await Promise.all([this.#output.discard(), this.#options.keepFolders ? undefined : this.#folder.remove()])
    return result
  }

  get class(): string {
    return this.#order.record.spec.class
  }

  /** Which run it is, and what its guardian last saw it use. */
  get measured(): MeasuredRun {
    const { task, ballot } = this.#order
    const use = this.#number === undefined ? undefined : this.#guardian?.useOf(this.#number)
    return { task, ballot, ...use }
  }

  halt(code: StopCode): void {
    const before = this.#stopCode
    // A fence overrules an earlier, gentler stop; what lets the run write its checkpoint anything does.
    if (before !== undefined && code !== 'fenced' && !movesOn(before)) return
    // A peer that goes only gives it less time for that.
    const hurried = movesOn(before) && code === 'shutdown'
    if (!hurried && (before === undefined || movesOn(before))) this.#stopCode = code
    const why = new Error(stopMessage(code, this.#order.record.spec.timeoutMs))
    this.#abort.abort(why)
    if (movesOn(code)) this.#checkpoint?.ask()
    else if (!hurried) this.#overruled.abort(why)
    if (this.#number !== undefined) this.#guardian?.kill(this.#number, this.#graceMs(code))
  }

  #graceMs(code: StopCode): number {
    if (code === 'fenced' || code === 'outrun') return 0
    return (movesOn(code) && this.#checkpoint?.plan.graceMs) || this.#options.stopGraceMs
  }

  async #execute(guardian: () => GuardianClient): Promise<RunResult> {
    const { spec } = this.#order.record
    const work = spec.work as ProcessWork
    for (const pattern of spec.outputs) taskPath(pattern)
    if (!this.#warm) await this.#folder.make()
    await this.#fill()
    const exit = (await this.#placed(work)) ?? (await this.#spawn(guardian(), work))
    if (typeof exit === 'string') return await this.#withOutput(refusal('guardian-lost', exit))
    if (exit.error) return spawnFailure(exit.error, work.argv[0]!)
    return await this.#finish(exit)
  }

  /** What it is given in its folder. */
  async #fill(): Promise<void> {
    const { inputs } = this.#order.record.spec
    const { blobs, self } = this.#options
    this.#resumed = await this.#bringCheckpoint()
    // It stands for what the task was given there at first.
    const wanted = this.#resumed ? inputs.filter(({ path }) => path !== this.#resumed!.path) : inputs
    await this.#folder.fill(wanted, blobs, blobSources(this.#order, self), this.#abort.signal)
    this.#abort.signal.throwIfAborted()
  }

  /** Puts the checkpoint of an earlier run in place. Where nobody has it any more the task starts anew, and says so. */
  async #bringCheckpoint(): Promise<FileRef | undefined> {
    const { checkpoint } = this.#order
    if (!checkpoint || !this.#checkpoint) return undefined
    const { blobs, self } = this.#options
    const from = [...new Set([checkpoint.host, ...blobSources(this.#order, self)])].filter((peer) => peer !== self)
    try {
      await this.#folder.fill([checkpoint.file], blobs, from, this.#abort.signal)
      return checkpoint.file
    } catch (error) {
      this.#abort.signal.throwIfAborted()
      await this.#folder.make()
      this.#notes.push(`it started anew, since its checkpoint could not be read: ${messageOf(error)}`)
      return undefined
    }
  }

  /** Its warm process has it; undefined: there is none, or it has ended without having begun. */
  async #placed(work: ProcessWork): Promise<Exit | string | undefined> {
    const warm = this.#warm
    if (!warm) return undefined
    const { argv } = work
    const { task, ballot, attempt } = this.#order
    const order = { task, attempt, fence: fenceText(task, ballot), argv, env: this.#environment(work) }
    const exit = await new Promise<Exit | string>((resolve) => {
      const run = this.#guarded(warm.guardian, resolve)
      const placed = warm.place({ ...this.#task(work), line: JSON.stringify(order) }, run)
      if (!placed) resolve('gone')
      else this.#watch(warm.guardian, warm.number!, work)
    })
    if (this.#startedAt > 0 || this.#stopCode) {
      if (this.#startedAt > 0) this.warmUpMs = 0
      return exit
    }
    // As it would have been without: the one that is gone may have left something in its folder.
    this.#number = undefined
    await this.#folder.make()
    await this.#fill()
    return undefined
  }

  #spawn(guardian: GuardianClient, work: ProcessWork): Promise<Exit | string> {
    return new Promise((resolve) => {
      const place = { argv: work.argv, env: this.#environment(work), cwd: this.#folder.path }
      this.#watch(guardian, guardian.spawn({ ...place, ...this.#task(work) }, this.#guarded(guardian, resolve)), work)
    })
  }

  /** What holds of it wherever it runs. */
  #task({ stdin }: ProcessWork) {
    const { spec } = this.#order.record
    return {
      stdin: stdin !== undefined,
      outputBytesMax: spec.outputBytesMax,
      timeoutMs: spec.timeoutMs,
      graceMs: this.#options.stopGraceMs,
      fence: fenceText(this.#order.task, this.#order.ballot),
      limits: this.#limits,
    }
  }

  #watch(guardian: GuardianClient, number: number, work: ProcessWork): void {
    this.#guardian = guardian
    this.#number = number
    void this.#stdin.bring(guardian, number, work.stdin)
  }

  #guarded(guardian: GuardianClient, resolve: (exit: Exit | string) => void): GuardedRun {
    const { task, ballot, leased } = this.#order
    return {
      leaseLeftMs: leased ? () => this.#events.leaseLeftMs(task, ballot) : undefined,
      started: () => {
        this.#startedAt = performance.now()
        this.#events.running(task, ballot)
      },
      output: (stream, data) => {
        const full = this.#output.append(stream, data)
        if (!full) return
        guardian.pause()
        full.drained(() => guardian.resume())
      },
      exited: resolve,
      lost: resolve,
    }
  }

  /** Only what is written here reaches a task: nothing of the peer's own environment. */
  #environment(work: ProcessWork): Record<string, string> {
    const { path, temporary } = this.#folder
    const base = { ...this.#options.environment, HOME: path, TMPDIR: temporary }
    const resumed = this.#resumed ? { SOUK_CHECKPOINT: this.#checkpoint!.path } : {}
    return { ...base, ...work.env, ...runVariables(this.#order, this.#options.hostName), ...resumed }
  }

  async #finish(exit: Exit): Promise<RunResult> {
    const { end, message } = endingOf(exit, {
      stopCode: this.#stopCode,
      stdinError: this.#stdin.error,
      timeoutMs: this.#order.record.spec.timeoutMs,
      hasCheckpoint: this.#checkpoint?.isNew,
    })
    const exitCode = exit.code ?? 128 + signalNumber(exit.signal)
    const result = plainResult(end, message, Math.min(exitCode, 255))
    result.droppedBytes = exit.droppedBytes
    result.cpuMs = exit.cpuMs
    result.memoryPeakBytes = exit.memoryPeakBytes
    const breach = this.#stopCode || end !== 'failed' ? undefined : limitBreach(exit, this.#limits)
    if (breach) result.code = breach.code
    const said = [breach?.message ?? message, forksNote(exit, this.#limits), ...this.#notes]
    const notes = said.filter((note) => note !== '')
    if (exit.unlimited !== '') notes.push(`its limits were only watched: ${exit.unlimited}`)
    if (!exit.gone) notes.push('a process of it survived SIGKILL for 5 s: it hangs in the kernel')
    if (end === 'stopped' && movesOn(this.#stopCode)) await this.#leaveCheckpoint(result, notes)
    if (end === 'ok' || end === 'failed' || end === 'timeout') await this.#collect(result, notes)
    result.message = cutMessage(notes.join('; '))
    return await this.#withOutput(result)
  }

  async #leaveCheckpoint(result: RunResult, notes: string[]): Promise<void> {
    if (!this.#checkpoint) return
    const { blobs, self, outputFilesBytesMax: bytesMax } = this.#options
    const store = { blobs, copies: copyHolders(this.#order, self), bytesMax }
    const { file, note } = await this.#checkpoint.store(store, this.#overruled.signal)
    notes.push(note)
    if (file && movesOn(this.#stopCode)) result.checkpoint = file
  }

  async #collect(result: RunResult, notes: string[]): Promise<void> {
    const { blobs, self, outputFilesBytesMax } = this.#options
    const { outputs } = this.#order.record.spec
    if (outputs.length === 0) return
    const store = { blobs, copies: copyHolders(this.#order, self), bytesMax: outputFilesBytesMax }
    const signal = this.#collecting()
    const found: Collected = await collectOutputs(this.#folder.path, outputs, store, signal).catch((error) => {
      return { files: [], notes: [`output files could not be stored: ${messageOf(error)}`], failed: true }
    })
    result.files = found.files
    notes.push(...found.notes)
    if (found.failed && result.end === 'ok') result.end = 'failed'
    // Halted while its files were on their way: then it did not end well either.
    if (signal.aborted && this.#stopCode) result.end = stopEnd(this.#stopCode)
  }

  async #withOutput(result: RunResult): Promise<RunResult> {
    const { blobs, self } = this.#options
    const kept = await this.#output.bodies(blobs, copyHolders(this.#order, self), this.#collecting())
    result.stdout = kept.stdout
    result.stderr = kept.stderr
    result.droppedBytes += kept.droppedBytes
    result.message = cutMessage([result.message, ...kept.notes].filter(Boolean).join('; '))
    result.runMs = this.#startedAt === 0 ? 0 : Math.round(performance.now() - this.#startedAt)
    return result
  }

  /** A run that was stopped still brings back what it wrote, but nobody waits long for it. */
  #collecting(): AbortSignal {
    if (!this.#stopCode) return this.#abort.signal
    // It may have come to its own end instead of a checkpoint: then all that it brings back counts.
    if (!movesOn(this.#stopCode) || !this.#checkpoint) return AbortSignal.timeout(this.#options.stopGraceMs)
    return AbortSignal.any([this.#overruled.signal, AbortSignal.timeout(storeMsMax)])
  }

  #failure(error: unknown): RunResult {
    if (this.#stopCode) {
      return plainResult(stopEnd(this.#stopCode), stopMessage(this.#stopCode, this.#order.record.spec.timeoutMs))
    }
    return preparationFailure(error)
  }
}
