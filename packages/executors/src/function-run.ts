import { join } from 'node:path'
import type { RunEvents } from '@souk/runtime'
import { type Body, type FunctionWork, limits, type RunResult } from '@souk/wire'
import type { FunctionAnswer, LiveOutput, Rest } from './function-call.ts'
import type { FunctionOptions } from './function-options.ts'
import { collectOutputs } from './output-files.ts'
import { blobSources, copyHolders, fenceText, type RunOrder, runVariables, type StopCode } from './run-order.ts'
import { RunOutput } from './run-output.ts'
import { cutMessage, messageOf, plainResult, refusal, stopEnd, stopMessage } from './run-result.ts'
import { taskPath } from './task-path.ts'
import { WorkFolder } from './work-folder.ts'

/** How long live output that a finished function posted may take to arrive: it comes by another port. */
const liveMsMax = 1000

/** Where runs have their folders, and where their output spills to. */
export interface RunFolders {
  work: string
  spool: string
}

/** One call of a function: what goes in, what comes out, and how it ends. */
export class FunctionRun {
  readonly order: RunOrder
  readonly fence: string
  readonly abort = new AbortController()
  stopCode: StopCode | undefined
  /** how long its thread took to get warm; undefined: not known */
  warmUpMs: number | undefined
  /** ends what runs; set while something does */
  stopper: (() => void) | undefined
  /** its number in the pool, where it is there */
  call: number | undefined
  timer: NodeJS.Timeout | undefined
  readonly #options: FunctionOptions
  readonly #events: RunEvents
  readonly #output: RunOutput
  #folder: WorkFolder | undefined
  #startedAt = 0
  /** where that was measured */
  #ranMs: number | undefined
  #onLive: (() => void) | undefined

  constructor(order: RunOrder, options: FunctionOptions, events: RunEvents, folders: RunFolders) {
    this.order = order
    this.fence = fenceText(order.task, order.ballot)
    this.#options = options
    this.#events = events
    this.#output = new RunOutput(order, events, folders.spool)
    const { inputs, outputs } = order.record.spec
    if (inputs.length + outputs.length > 0) {
      this.#folder = new WorkFolder(join(folders.work, `${order.task}-${order.ballot.counter}`))
    }
  }

  get work(): FunctionWork {
    return this.order.record.spec.work as FunctionWork
  }

  /** True when the files it needs have to be put in place first. */
  get needsFolder(): boolean {
    return this.#folder !== undefined
  }

  get outputBytesMax(): number {
    return Math.min(this.order.record.spec.outputBytesMax, this.#options.functionOutputBytesMax)
  }

  variables(): Record<string, string> {
    const variables = runVariables(this.order, this.#options.hostName)
    if (this.#folder) variables.SOUK_FOLDER = this.#folder.path
    return variables
  }

  async prepareFolder(): Promise<void> {
    const { inputs, outputs } = this.order.record.spec
    for (const pattern of outputs) taskPath(pattern)
    await this.#folder!.make()
    await this.#folder!.fill(
      inputs,
      this.#options.blobs,
      blobSources(this.order, this.#options.self),
      this.abort.signal,
    )
  }

  /** It was told to have begun. */
  get begun(): boolean {
    return this.#startedAt > 0
  }

  running(): void {
    this.#startedAt = performance.now()
    this.#events.running(this.order.task, this.order.ballot)
  }

  live(piece: LiveOutput): void {
    // A piece that is not the next one belongs to nothing that is still heard.
    if (piece.offset === this.#output.bytes(piece.stream)) this.#output.append(piece.stream, piece.data)
    this.#onLive?.()
  }

  /** The function returned or threw. */
  async answered(answer: FunctionAnswer): Promise<RunResult> {
    // As its thread saw it: of several that this peer hears of at once each took its own time.
    this.#ranMs = answer.runMs
    if (answer.rest) await this.#takeRest(answer.rest)
    const result = await this.settled(answer)
    result.droppedBytes += answer.rest?.droppedBytes ?? 0
    result.cpuMs = answer.cpuMs
    this.warmUpMs = answer.warmUpMs
    return result
  }

  async #takeRest(rest: Rest): Promise<void> {
    await this.#allLive(rest)
    for (const stream of ['stdout', 'stderr'] as const) {
      const { offset, data } = rest[stream]
      if (data && offset === this.#output.bytes(stream)) this.#output.append(stream, data)
    }
  }

  /** A value or an error, from a thread or from an agent. */
  async settled(answer: { value?: string; error?: string }): Promise<RunResult> {
    const { value, error } = answer
    const failed = value === undefined
    const result = plainResult(failed ? 'failed' : 'ok', failed ? (error ?? 'it gave no value') : '', failed ? 1 : 0)
    try {
      if (value !== undefined) {
        const body = this.#valueBody(value)
        result.value = body instanceof Promise ? await body : body
      }
      if (this.#folder) await this.#collect(result, this.#folder)
    } catch (cause) {
      if (this.stopCode) return await this.ended(this.stopped())
      result.end = 'failed'
      result.exitCode = 1
      result.message = cutMessage(`what it gave could not be stored: ${messageOf(cause)}`)
    }
    return await this.ended(result)
  }

  stopped(): RunResult {
    const code = this.stopCode ?? 'shutdown'
    return plainResult(stopEnd(code), stopMessage(code, this.order.record.spec.timeoutMs), 1)
  }

  /** Its thread ended: as the only limit of functions that is kept, for its heap; else by its own doing. */
  threadFailure(error: Error): RunResult {
    const { name } = this.work
    if ((error as { code?: string }).code === 'ERR_WORKER_OUT_OF_MEMORY') {
      const message = `out of memory: ${name} needed more than ${this.#options.heapMbMax} MiB of heap`
      return { ...plainResult('failed', message, 1), code: 'out-of-memory' }
    }
    const where = error.stack?.split('\n').slice(0, 6).join('\n') ?? String(error)
    return plainResult('failed', `the thread of ${name} ended: ${where}`, 1)
  }

  /** What went wrong before anything ran. */
  failure(error: unknown): RunResult {
    if (this.stopCode) return this.stopped()
    const code = (error as { code?: string }).code ?? 'io'
    const own = code === 'path-escapes' || code === 'path-twice' || code === 'module-kind'
    return own ? plainResult('failed', `${code}: ${messageOf(error)}`, 1) : refusal(code, messageOf(error))
  }

  /** Puts the kept output into a result and frees what the run held. Never rejects. */
  async ended(result: RunResult): Promise<RunResult> {
    result.runMs = this.#ranMs ?? (this.begun ? Math.round(performance.now() - this.#startedAt) : 0)
    if (!this.#folder && this.#output.empty) return result
    const signal = this.stopCode ? AbortSignal.timeout(liveMsMax) : this.abort.signal
    const kept = await this.#output.bodies(this.#options.blobs, copyHolders(this.order, this.#options.self), signal)
    result.stdout = kept.stdout
    result.stderr = kept.stderr
    result.droppedBytes += kept.droppedBytes
    if (kept.notes.length > 0) result.message = cutMessage([result.message, ...kept.notes].filter(Boolean).join('; '))
    await this.#output.discard()
    await this.#folder?.remove()
    return result
  }

  #valueBody(value: string): Body | Promise<Body> {
    const data = encoder.encode(value)
    if (data.byteLength <= limits.inlineBytesMax) return data
    const { blobs, self, valueBytesMax } = this.#options
    if (data.byteLength > valueBytesMax) {
      throw new Error(`its result is ${data.byteLength} bytes of JSON, at most ${valueBytesMax} are allowed`)
    }
    return blobs.write(once(data), copyHolders(this.order, self), valueBytesMax, this.abort.signal)
  }

  async #collect(result: RunResult, folder: WorkFolder): Promise<void> {
    const { outputs } = this.order.record.spec
    if (outputs.length === 0) return
    const { blobs, self, outputFilesBytesMax } = this.#options
    const store = { blobs, copies: copyHolders(this.order, self), bytesMax: outputFilesBytesMax }
    const found = await collectOutputs(folder.path, outputs, store, this.abort.signal)
    result.files = found.files
    result.message = cutMessage([result.message, ...found.notes].filter(Boolean).join('; '))
    if (found.failed && result.end === 'ok') result.end = 'failed'
  }

  /** Waits for live output that was posted before the answer. */
  async #allLive(rest: Rest): Promise<void> {
    const late = () =>
      this.#output.bytes('stdout') < rest.stdout.offset || this.#output.bytes('stderr') < rest.stderr.offset
    if (!late()) return
    const timeout = AbortSignal.timeout(liveMsMax)
    await new Promise<void>((resolve) => {
      this.#onLive = () => {
        if (!late()) resolve()
      }
      timeout.addEventListener('abort', () => resolve())
    })
    this.#onLive = undefined
  }
}

const encoder = new TextEncoder()

async function* once(data: Uint8Array): AsyncIterable<Uint8Array> {
  yield data
}
