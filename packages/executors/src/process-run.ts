import { constants } from 'node:os'
import type { MeasuredRun, RunEvents } from '@souk/runtime'
import { type ProcessWork, type RunResult, requestOf } from '@souk/wire'
import type { Exit } from './guardian/frames.ts'
import type { RunLimits } from './guardian/run-limits.ts'
import type { GuardianClient } from './guardian-client.ts'
import { forksNote, limitBreach } from './limits/limit-breach.ts'
import { runLimits } from './limits/task-limits.ts'
import { type Collected, collectOutputs } from './output-files.ts'
import type { ProcessOptions } from './process-options.ts'
import { blobSources, copyHolders, fenceText, type RunOrder, runVariables, type StopCode } from './run-order.ts'
import { RunOutput } from './run-output.ts'
import { cutMessage, messageOf, plainResult, refusal, stopEnd, stopMessage } from './run-result.ts'
import { taskPath } from './task-path.ts'
import { WorkFolder } from './work-folder.ts'

/** One run of a command, from its empty folder to its result. */
export class ProcessRun {
  readonly #order: RunOrder
  readonly #options: ProcessOptions
  readonly #events: RunEvents
  readonly #folder: WorkFolder
  readonly #output: RunOutput
  readonly #abort = new AbortController()
  #stopCode: StopCode | undefined
  #guardian: GuardianClient | undefined
  #number: number | undefined
  #startedAt = 0

  constructor(order: RunOrder, options: ProcessOptions, events: RunEvents, folders: { work: string; spool: string }) {
    this.#order = order
    this.#options = options
    this.#events = events
    this.#folder = new WorkFolder(folders.work)
    this.#output = new RunOutput(order, events, folders.spool)
  }

  /** Runs it to its end. Never rejects. */
  async run(guardian: () => GuardianClient): Promise<RunResult> {
    let result: RunResult
    try {
      result = await this.#execute(guardian)
    } catch (error) {
      result = this.#failure(error)
    }
    await Promise.all([this.#output.discard(), this.#options.keepFolders ? undefined : this.#folder.remove()])
    return result
  }

  /** Which run it is, and what its guardian last saw it use. */
  get measured(): MeasuredRun {
    const { task, ballot } = this.#order
    const use = this.#number === undefined ? undefined : this.#guardian?.useOf(this.#number)
    return { task, ballot, ...use }
  }

  halt(code: StopCode): void {
    // A fence overrules an earlier, gentler stop.
    if (this.#stopCode !== undefined && code !== 'fenced') return
    this.#stopCode ??= code
    this.#abort.abort(new Error(stopMessage(code, this.#order.record.spec.timeoutMs)))
    if (this.#number !== undefined)
      this.#guardian?.kill(this.#number, code === 'fenced' ? 0 : this.#options.stopGraceMs)
  }

  async #execute(guardian: () => GuardianClient): Promise<RunResult> {
    const { spec } = this.#order.record
    const work = spec.work as ProcessWork
    for (const pattern of spec.outputs) taskPath(pattern)
    await this.#folder.make()
    const { blobs, self } = this.#options
    await this.#folder.fill(spec.inputs, blobs, blobSources(this.#order, self), this.#abort.signal)
    this.#abort.signal.throwIfAborted()
    const exit = await this.#spawn(guardian(), work)
    if (typeof exit === 'string') return await this.#withOutput(refusal('guardian-lost', exit))
    if (exit.error) return spawnFailure(exit.error, work.argv[0]!)
    return await this.#finish(exit)
  }

  #spawn(guardian: GuardianClient, work: ProcessWork): Promise<Exit | string> {
    const { task, ballot, leased, record } = this.#order
    const { spec } = record
    return new Promise((resolve) => {
      const run = {
        leaseLeftMs: leased ? () => this.#events.leaseLeftMs(task, ballot) : undefined,
        started: () => {
          this.#startedAt = performance.now()
          this.#events.running(this.#order.task, this.#order.ballot)
        },
        output: (stream: 'stdout' | 'stderr', data: Uint8Array) => {
          const full = this.#output.append(stream, data)
          if (!full) return
          guardian.pause()
          full.drained(() => guardian.resume())
        },
        exited: resolve,
        lost: resolve,
      }
      this.#guardian = guardian
      this.#number = guardian.spawn(
        {
          argv: work.argv,
          env: this.#environment(work),
          cwd: this.#folder.path,
          stdin: work.stdin !== undefined,
          outputBytesMax: spec.outputBytesMax,
          timeoutMs: spec.timeoutMs,
          graceMs: this.#options.stopGraceMs,
          fence: fenceText(this.#order.task, this.#order.ballot),
          limits: this.#limits,
        },
        run,
      )
      void this.#feed(guardian, this.#number, work)
    })
  }

  get #limits(): RunLimits {
    return runLimits(requestOf(this.#order.record.spec, this.#order.alternative), this.#options.limits)
  }

  /** Only what is written here reaches a task: nothing of the peer's own environment. */
  #environment(work: ProcessWork): Record<string, string> {
    const { path, temporary } = this.#folder
    const base = { ...this.#options.environment, HOME: path, TMPDIR: temporary }
    return { ...base, ...work.env, ...runVariables(this.#order, this.#options.hostName) }
  }

  async #feed(guardian: GuardianClient, number: number, work: ProcessWork): Promise<void> {
    const { stdin } = work
    if (stdin === undefined) return
    if (stdin instanceof Uint8Array) return await guardian.feed(number, [stdin])
    const { blobs, self } = this.#options
    const { signal } = this.#abort
    try {
      await guardian.feed(number, blobs.read(stdin, blobSources(this.#order, self), signal))
    } catch (error) {
      // Half an input must not look like a whole one.
      this.#stdinError = `stdin could not be read: ${messageOf(error)}`
      guardian.kill(number, 0)
    }
  }

  #stdinError: string | undefined

  async #finish(exit: Exit): Promise<RunResult> {
    const { end, message } = this.#ending(exit)
    const exitCode = exit.code ?? 128 + signalNumber(exit.signal)
    const result = plainResult(end, message, Math.min(exitCode, 255))
    result.droppedBytes = exit.droppedBytes
    result.cpuMs = exit.cpuMs
    result.memoryPeakBytes = exit.memoryPeakBytes
    const breach = this.#stopCode || end !== 'failed' ? undefined : limitBreach(exit, this.#limits)
    if (breach) result.code = breach.code
    const notes = [breach?.message ?? message, forksNote(exit, this.#limits)].filter((note) => note !== '')
    if (exit.unlimited !== '') notes.push(`its limits were only watched: ${exit.unlimited}`)
    if (!exit.gone) notes.push('a process of it survived SIGKILL for 5 s: it hangs in the kernel')
    if (end === 'ok' || end === 'failed' || end === 'timeout') await this.#collect(result, notes)
    result.message = cutMessage(notes.join('; '))
    return await this.#withOutput(result)
  }

  #ending(exit: Exit): { end: RunResult['end']; message: string } {
    if (this.#stdinError !== undefined && !this.#stopCode) return { end: 'refused', message: this.#stdinError }
    if (exit.cause === 'lease') {
      const why = 'the peer did not answer for longer than the lease, so its guardian killed the run'
      return { end: 'stopped', message: `lease-lost: ${why}` }
    }
    const code = exit.cause === 'timeout' ? 'timeout' : exit.cause === 'killed' ? this.#stopCode : undefined
    if (code) return { end: stopEnd(code), message: stopMessage(code, this.#order.record.spec.timeoutMs) }
    // Not all of it may have been killed: its leader may even have ended well without the rest.
    if (exit.cause === 'memory' || exit.cause === 'processes') return { end: 'failed', message: '' }
    if (exit.signal !== null) return { end: 'failed', message: `killed by ${exit.signal}` }
    return exit.code === 0 ? { end: 'ok', message: '' } : { end: 'failed', message: `exit code ${exit.code}` }
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
    return this.#stopCode ? AbortSignal.timeout(this.#options.stopGraceMs) : this.#abort.signal
  }

  #failure(error: unknown): RunResult {
    if (this.#stopCode) {
      return plainResult(stopEnd(this.#stopCode), stopMessage(this.#stopCode, this.#order.record.spec.timeoutMs))
    }
    const code = (error as { code?: string }).code ?? 'io'
    // The task's own mistake is the same on every host; the rest may work on another.
    if (code === 'path-escapes' || code === 'path-twice')
      return plainResult('failed', `${code}: ${messageOf(error)}`, 126)
    return refusal(code, messageOf(error))
  }
}

function spawnFailure(error: { code: string; message: string }, command: string): RunResult {
  if (error.code === 'ENOENT') return plainResult('failed', `command not found: ${command}`, 127)
  if (error.code === 'EACCES' || error.code === 'ENOEXEC' || error.code === 'EISDIR') {
    return plainResult('failed', `not executable: ${command}`, 126)
  }
  if (error.code === 'E2BIG' || error.code === 'ERR_INVALID_ARG_VALUE') {
    return plainResult('failed', `${command} cannot be started: ${error.message}`, 126)
  }
  return refusal('spawn-failed', `${command}: ${error.message}`)
}

function signalNumber(signal: string | null): number {
  return signal === null ? 0 : (constants.signals[signal as NodeJS.Signals] ?? 0)
}
