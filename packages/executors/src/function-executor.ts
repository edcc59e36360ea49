import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { CodedError, type Executor, type MeasuredRun, type RunEvents, type RunRef, type WarmOrder } from '@souk/runtime'
import { type Ballot, limits, type RunResult, type TaskId } from '@souk/wire'
import { type AgentHub, Agents } from './agent-hub.ts'
import { sharedNowMs } from './function-call.ts'
import { type FunctionOptions, functionOptions } from './function-options.ts'
import { FunctionPool, type PoolCall, type PooledCall } from './function-pool.ts'
import { FunctionRun, type RunFolders } from './function-run.ts'
import { FunctionWarmer } from './function-warmer.ts'
import { ModuleStore } from './module-store.ts'
import type { Partly } from './process-options.ts'
import { removeTree } from './remove-tree.ts'
import { blobSources, fenceText, type RunOrder, type StopCode } from './run-order.ts'
import { messageOf, plainResult, refusal } from './run-result.ts'

/** Runs known at once, waiting ones included. */
const runsMax = 65_536

/**
 * Runs functions: of registered modules and of modules that come with a task, in worker threads; and those that attached
 * agents serve. A name that a registered module exports is not asked of agents.
 */
export class FunctionExecutor implements Executor {
  readonly kind = 'function'
  /** where the control server attaches agents */
  readonly agents: AgentHub
  readonly #agents: Agents
  readonly #options: FunctionOptions
  readonly #pool: FunctionPool
  readonly #modules: ModuleStore
  readonly #warmer: FunctionWarmer
  readonly #folders: RunFolders
  readonly #registered = new Map<string, string>()
  readonly #runs = new Map<string, FunctionRun>()
  readonly #listeners = new Set<(functions: string[]) => void>()
  #events: RunEvents | undefined
  #stopping = false
  #whenEmpty: (() => void) | undefined

  constructor(options: Partly<FunctionOptions, 'self' | 'dataFolder' | 'blobs'>) {
    this.#options = functionOptions(options)
    const { scripts, threadsMax, threadIdleMs, heapMbMax, environment } = this.#options
    this.#pool = new FunctionPool({
      script: scripts.functionWorker,
      threadsMax,
      idleMs: threadIdleMs,
      heapMbMax,
      environment,
    })
    this.#modules = new ModuleStore(this.#folder('modules'), this.#options.blobs)
    this.#folders = { work: this.#folder('function-work'), spool: this.#folder('function-spool') }
    this.#agents = new Agents(() => this.#changed())
    this.agents = this.#agents
    const served = { registered: this.#registered, agents: this.#agents }
    this.#warmer = new FunctionWarmer({ pool: this.#pool, modules: this.#modules, ...served })
  }

  /**
   * Loads the registered modules (in a thread) to learn what they export. Rejects with code `module-broken`, naming the
   * file, when one cannot be loaded. Threads start with the first call.
   */
  async start(events: RunEvents, signal: AbortSignal): Promise<void> {
    this.#events = events
    for (const folder of [this.#folders.work, this.#folders.spool]) {
      await removeTree(folder)
      await mkdir(folder, { recursive: true, mode: 0o700 })
    }
    await this.#modules.open()
    try {
      for (const file of this.#options.modules) await this.#register(file, signal)
    } catch (error) {
      await this.#pool.close()
      throw error
    }
    if (this.#registered.size > 0) this.#changed()
  }

  /** Ends every call, and terminates the threads. */
  async stop(): Promise<void> {
    this.#stopping = true
    for (const run of this.#runs.values()) this.#halt(run, 'shutdown')
    if (this.#runs.size > 0) {
      await new Promise<void>((done) => {
        this.#whenEmpty = done
      })
    }
    await this.#pool.close()
  }

  run(order: RunOrder): void {
    const key = fenceText(order.task, order.ballot)
    const answer = this.#refusal(order, key)
    if (answer) {
      queueMicrotask(() => this.#events?.ran(order.task, order.ballot, answer))
      return
    }
    const run = new FunctionRun(order, this.#options, this.#events!, this.#folders)
    this.#runs.set(key, run)
    this.#endInTime(run)
    if (run.needsFolder || run.work.module) void this.#prepareAndStart(run)
    else this.#start(run, this.#registered.get(run.work.name))
  }

  linedFunctions(): readonly string[] {
    return [...this.#registered.keys()]
  }

  /** Only plain calls of registered functions, behind one that is in a thread. */
  lineUp(order: RunOrder, behind: RunRef): void {
    const key = fenceText(order.task, order.ballot)
    const before = this.#runs.get(fenceText(behind.task, behind.ballot))?.call
    const { work } = order.record.spec
    const path = work.kind === 'function' && !work.module ? this.#registered.get(work.name) : undefined
    const run = new FunctionRun(order, this.#options, this.#events!, this.#folders)
    if (path === undefined || before === undefined || run.needsFolder || this.#refusal(order, key)) {
      queueMicrotask(() => this.#events?.takenBack(order.task, order.ballot))
      return
    }
    this.#runs.set(key, run)
    const leftMs = order.leased ? this.#events!.leaseLeftMs(order.task, order.ballot) : Infinity
    const beginByMs = sharedNowMs() + leftMs
    run.call = this.#pool.lineUp({ ...callOf(run, path), beginByMs }, before, this.#listener(run))
    if (run.call === undefined) queueMicrotask(() => this.#onTakenBack(run))
    else run.stopper = () => void this.#pool.halt(run.call!)
  }

  takeBack(task: TaskId, ballot: Ballot): void {
    const run = this.#runs.get(fenceText(task, ballot))
    if (run?.call !== undefined && this.#pool.takeBack(run.call)) this.#onTakenBack(run)
  }

  halt(task: TaskId, ballot: Ballot, code: StopCode): void {
    const run = this.#runs.get(fenceText(task, ballot))
    if (run) this.#halt(run, code)
  }

  warm(order: WarmOrder): void {
    if (this.#stopping) return
    void this.#warmer.warm(order).then((answer) => {
      if (answer && !this.#stopping) this.#events?.warmed(answer)
    })
  }

  /** What functions use of memory is not known: threads share the peer's. What is lined up counts, too. */
  underWay(): MeasuredRun[] {
    return [...this.#runs.values()].map(({ order: { task, ballot } }) => ({ task, ballot }))
  }

  /** Sorted names of what is served here now, by modules and by agents; at most `limits.functionsMax`. */
  functions(): string[] {
    const names = new Set([...this.#registered.keys(), ...this.#agents.functions()])
    return [...names].sort().slice(0, limits.functionsMax)
  }

  /** Calls back whenever `functions()` may have changed, until the returned function is called. */
  onFunctionsChanged(listener: (functions: string[]) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  async #register(file: string, signal: AbortSignal): Promise<void> {
    const path = resolve(file)
    const names = await this.#pool.list(path, file, signal).catch((error: unknown) => {
      throw new CodedError('module-broken', `${messageOf(error)}; give a file that Node can import`, { cause: error })
    })
    if (names.length === 0) throw new CodedError('module-broken', `module ${file} exports no function by name`)
    for (const name of names) if (!this.#registered.has(name)) this.#registered.set(name, path)
  }

  #refusal(order: RunOrder, key: string): RunResult | undefined {
    const { allowed, hostName } = this.#options
    const { work } = order.record.spec
    if (!allowed) return refusal('executor-not-allowed', `function tasks are not allowed on ${hostName}`)
    if (work.kind !== 'function') return refusal('executor-not-allowed', 'this is not a function task')
    if (this.#stopping || !this.#events) return plainResult('stopped', 'the peer is shutting down')
    if (this.#runs.has(key)) return refusal('runs-already', `${key} runs here already`)
    if (this.#runs.size >= runsMax) return refusal('no-room', `${runsMax} function tasks are here already`)
    if (work.module || this.#registered.has(work.name) || this.#agents.serves(work.name)) return undefined
    return refusal('function-unknown', `no function ${work.name} is served on ${hostName}`)
  }

  async #prepareAndStart(run: FunctionRun): Promise<void> {
    const { module, name } = run.work
    try {
      if (run.needsFolder) await run.prepareFolder()
      const from = blobSources(run.order, this.#options.self)
      const path = module ? await this.#modules.path(module, from, run.abort.signal) : this.#registered.get(name)
      run.abort.signal.throwIfAborted()
      this.#start(run, path)
    } catch (error) {
      void this.#finish(run, run.ended(run.failure(error)))
    }
  }

  #start(run: FunctionRun, path: string | undefined): void {
    if (path === undefined) this.#startAtAgent(run)
    else this.#startInPool(run, path)
  }

  #startInPool(run: FunctionRun, path: string): void {
    run.call = this.#pool.run(callOf(run, path), this.#listener(run))
    if (run.call !== undefined) run.stopper = () => void this.#pool.halt(run.call!)
    else void this.#finish(run, run.ended(refusal('no-room', 'too many functions wait for a thread')))
  }

  #listener(run: FunctionRun): PooledCall {
    return {
      running: () => this.#onBegun(run),
      output: (live) => run.live(live),
      answered: (answer) => this.#finish(run, run.answered(answer)),
      failed: (error) => this.#finish(run, run.ended(run.threadFailure(error))),
      ended: () => this.#finish(run, run.ended(run.stopped())),
      notBegun: () => this.#onNotBegun(run),
    }
  }

  #onBegun(run: FunctionRun): void {
    this.#endInTime(run)
    run.running()
  }

  /** One that was lined up comes back. Where it was said to begin, as its thread was about to, it has to go elsewhere. */
  #onNotBegun(run: FunctionRun): void {
    if (run.begun) void this.#finish(run, run.ended(refusal('late', 'its lease ended before its turn came')))
    else this.#onTakenBack(run)
  }

  #onTakenBack(run: FunctionRun): void {
    this.#runs.delete(run.fence)
    this.#events!.takenBack(run.order.task, run.order.ballot)
    if (this.#runs.size === 0) this.#whenEmpty?.()
  }

  #endInTime(run: FunctionRun): void {
    const { timeoutMs } = run.order.record.spec
    if (timeoutMs > 0 && timeoutMs < 2 ** 31) run.timer ??= setTimeout(() => this.#halt(run, 'timeout'), timeoutMs)
  }

  #startAtAgent(run: FunctionRun): void {
    const { order, fence } = run
    const { name, args } = run.work
    const call = { run: fence, task: order.task, name, args, attempt: order.attempt, fence }
    run.stopper = () => {
      this.#agents.halt(fence)
      void this.#finish(run, run.ended(run.stopped()))
    }
    const taken = this.#agents.call(call, {
      delivered: () => run.running(),
      settled: (answer) =>
        this.#finish(run, run.settled(answer.ok ? { value: answer.value } : { error: answer.error })),
      left: (agent) =>
        void this.#finish(run, run.ended(refusal('agent-left', `agent ${agent} left while it had ${name}`))),
    })
    if (!taken) void this.#finish(run, run.ended(refusal('no-room', `too many calls of ${name} wait for its agents`)))
  }

  #halt(run: FunctionRun, code: StopCode): void {
    if (run.stopCode) return
    run.stopCode = code
    run.abort.abort(new Error(`halted: ${code}`))
    run.stopper?.()
  }

  #finish(run: FunctionRun, ending: Promise<RunResult>): Promise<void> {
    // From here on there is nothing left to stop, and a later halt only cuts short what is being stored.
    run.stopper = undefined
    return ending.then((result) => {
      clearTimeout(run.timer)
      this.#runs.delete(run.fence)
      this.#events!.ran(run.order.task, run.order.ballot, result, run.warmUpMs)
      if (this.#runs.size === 0) this.#whenEmpty?.()
    })
  }

  #changed(): void {
    const functions = this.functions()
    for (const listener of this.#listeners) listener(functions)
  }

  #folder(name: string): string {
    return join(this.#options.dataFolder, name)
  }
}

function callOf(run: FunctionRun, path: string): PoolCall {
  const { name, args, module } = run.work
  const moduleName = module?.path ?? path
  return { module: path, moduleName, name, args, variables: run.variables(), outputBytesMax: run.outputBytesMax }
}
