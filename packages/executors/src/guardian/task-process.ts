import { type ChildProcess, spawn } from 'node:child_process'
import type { Exit, PlaceOrder, RunUse, SpawnOrder } from './frames.ts'
import { killEach, killGroup, signalGroup } from './group.ts'
import { isExecutable, joinedCommand, joinFailed } from './joined-command.ts'
import { type Budget, OutputRelay } from './output-relay.ts'
import { isAlive, processesOfFences, processStart } from './process-table.ts'
import type { RunCgroup } from './run-cgroup.ts'
import type { RunLimits } from './run-limits.ts'
import { type SessionUse, takesMore } from './session-use.ts'
import { childrenCpuMs, processCpuMs, treePeakBytes } from './usage.ts'
import { UseMeter } from './use-meter.ts'
import { WarmWait } from './warm-wait.ts'

/** A dead group's pipes normally end at once. Who holds them longer has left the group. */
const pipeMsMax = 250
/** How often a group that was asked to end is looked at, once its leader did. */
const gracePollMs = 10
/** First look at a run's memory, and the longest pause between two. */
const sampleMsMin = 200
const sampleMsMax = 2000

/** What a task process tells its guardian. */
export interface TaskProcessEvents {
  /** It runs; of one that stands warm said again when it has got its task. */
  started(pid: number, start: string): void
  /** It stands warm. */
  ready(): void
  output(stream: 'stdout' | 'stderr', data: Buffer): void
  stdinTaken(bytes: number): void
  used(use: RunUse): void
  /** The group is gone and all output was handed over. Last call. */
  exited(exit: Exit): void
}

/** One `process` run in its own session and group, from spawn until nothing of it is left. */
export class TaskProcess {
  /** what it was spawned with and, once it stood warm, the task that it was given */
  #order: SpawnOrder
  /** values of SOUK_FENCE that processes of it may carry */
  readonly fences = new Set<string>()
  /** it has no task yet */
  #warm: WarmWait | undefined
  /** used before it had its task */
  #cpuMsBefore = 0
  /** where the kernel keeps its limits */
  readonly #cgroup: RunCgroup | undefined
  readonly #events: TaskProcessEvents
  readonly #budget: Budget
  readonly #relays: OutputRelay[] = []
  #child: ChildProcess | undefined
  #cause: Exit['cause'] = ''
  #timeout: NodeJS.Timeout | undefined
  #grace: NodeJS.Timeout | undefined
  #graceEndsAt = 0
  #exited = false
  #memoryPeakBytes = 0
  #sampleAt: number
  #samplePauseMs = sampleMsMin
  #processesSeen = 0
  #seenBytes = 0
  #meter: UseMeter

  constructor(order: SpawnOrder, cgroup: RunCgroup | undefined, events: TaskProcessEvents) {
    this.#order = order
    this.fences.add(order.fence)
    this.#warm = order.warm ? new WarmWait(() => events.ready()) : undefined
    this.#cgroup = cgroup
    this.#events = events
    this.#budget = { leftBytes: this.#warm ? Number.POSITIVE_INFINITY : order.outputBytesMax, droppedBytes: 0 }
    this.#sampleAt = performance.now() + sampleMsMin
    this.#meter = new UseMeter(performance.now())
  }

  /** Spawns it. What fails here is reported as an exit with an error. */
  start(): void {
    const { cwd, stdin } = this.order
    const joins = this.#cgroup !== undefined && isExecutable(this.order, cwd)
    const { argv, env } = joins ? joinedCommand(this.order, this.#cgroup!.joinFiles) : this.order
    try {
      const stdio = [stdin ? 'pipe' : 'ignore', 'pipe', 'pipe'] as const
      this.#child = spawn(argv[0]!, argv.slice(1), { env, cwd, detached: true, stdio: [...stdio] })
    } catch (error) {
      this.#fail(error as NodeJS.ErrnoException)
      return
    }
    const child = this.#child
    child.on('error', (error) => {
      if (child.pid === undefined) this.#fail(error)
    })
    if (child.pid === undefined) return
    this.#events.started(child.pid, processStart(child.pid) ?? '-')
    // A task that never reads its stdin, or closes it, is no error of the run.
    child.stdin?.on('error', () => {})
    this.#relays.push(new OutputRelay(child.stdout!, this.#budget, (data) => this.#onOutput('stdout', data)))
    this.#relays.push(new OutputRelay(child.stderr!, this.#budget, (data) => this.#onOutput('stderr', data)))
    child.on('exit', (code, signal) => void this.#onExit(code, signal))
    this.#setTimeout()
  }

  /** Gives it its task. False: it does not stand warm, or its limits cannot be set any more; then it is of no use. */
  place({ line, ...task }: PlaceOrder): boolean {
    const child = this.#child
    if (!this.#warm?.ready || !child?.stdin || child.stdin.destroyed) return false
    const pid = child.pid!
    if (this.#ending || !isAlive(pid)) return false
    if (!this.#cgroup?.has('memory') && takesMore(pid, task.limits.memoryBytes)) return false
    try {
      this.#cgroup?.limit(task.limits)
    } catch {
      return false
    }
    // What it has printed before is nobody's.
    for (const relay of this.#relays) relay.flush()
    this.#warm = undefined
    this.#budget.leftBytes = task.outputBytesMax
    this.#order = { ...this.#order, ...task }
    this.fences.add(task.fence)
    this.#cpuMsBefore = this.#cgroup?.cpuMs ?? processCpuMs(pid)
    this.#meter = new UseMeter(performance.now(), this.#cgroup?.cpuMs)
    this.#setTimeout()
    child.stdin.write(`${line}\n`)
    if (!task.stdin) child.stdin.end()
    this.#events.started(pid, processStart(pid) ?? '-')
    return true
  }

  /** It has ended, or was told to: of what it is killed for after that, its task would be told. */
  get #ending(): boolean {
    return this.#exited || this.#cause !== ''
  }

  #setTimeout(): void {
    const { timeoutMs, graceMs } = this.#order
    if (timeoutMs > 0 && timeoutMs < 2 ** 31) this.#timeout = setTimeout(() => this.stop(graceMs, 'timeout'), timeoutMs)
  }

  #onOutput(stream: 'stdout' | 'stderr', data: Buffer): void {
    if (this.#warm) this.#warm.onOutput(stream, data)
    else this.#events.output(stream, data)
  }

  get order(): SpawnOrder {
    return this.#order
  }

  get pid(): number | undefined {
    return this.#child?.pid
  }

  stdin(data: Buffer): void {
    const stdin = this.#child?.stdin
    if (!stdin || stdin.destroyed) this.#events.stdinTaken(data.length)
    else stdin.write(data, () => this.#events.stdinTaken(data.length))
  }

  stdinEnd(): void {
    this.#child?.stdin?.end()
  }

  /** SIGTERM to the group, SIGKILL after the grace; at once with grace 0. Said again it can only become shorter. */
  stop(graceMs: number, cause: Exit['cause']): void {
    const pid = this.pid
    if (pid === undefined || (this.#exited && this.#graceEndsAt === 0)) return
    this.#cause ||= cause
    if (graceMs === 0) {
      this.#graceEndsAt = 0
      signalGroup(pid, 'SIGKILL')
      return
    }
    signalGroup(pid, 'SIGTERM')
    const endsAt = performance.now() + graceMs
    if (this.#grace && endsAt >= this.#graceEndsAt) return
    clearTimeout(this.#grace)
    this.#graceEndsAt = endsAt
    this.#grace = setTimeout(() => signalGroup(pid, 'SIGKILL'), graceMs)
  }

  pause(): void {
    for (const relay of this.#relays) relay.pause()
  }

  resume(): void {
    for (const relay of this.#relays) relay.resume()
  }

  /** What nobody but the watchdog keeps of its limits. */
  get watched(): RunLimits {
    const { memoryBytes, processes } = this.order.limits
    const cgroup = this.#cgroup
    return {
      memoryBytes: cgroup?.has('memory') ? 0 : memoryBytes,
      cpuMilli: 0,
      processes: cgroup?.has('pids') ? 0 : processes,
    }
  }

  /** The watchdog has looked. */
  seen({ memoryBytes, processes }: SessionUse): void {
    this.#memoryPeakBytes = Math.max(this.#memoryPeakBytes, memoryBytes)
    this.#processesSeen = processes
    this.#seenBytes = memoryBytes
  }

  /** Looks at its memory when that is due; where the kernel killed only a part of it (v1), the rest goes, too. */
  sample(now: number): void {
    const pid = this.pid
    if (pid === undefined || this.#exited) return
    if (this.#limitedMemory && this.#cgroup!.oomKills > 0) this.stop(0, 'memory')
    const use = this.#meter.read(this.#cgroup, this.#seenBytes, now)
    if (use) this.#events.used(use)
    if (this.#cgroup?.memoryPeakBytes !== undefined || now < this.#sampleAt) return
    this.#samplePauseMs = Math.min(this.#samplePauseMs * 2, sampleMsMax)
    this.#sampleAt = now + this.#samplePauseMs
    this.#memoryPeakBytes = Math.max(this.#memoryPeakBytes, treePeakBytes(pid))
  }

  async #onExit(code: number | null, signal: NodeJS.Signals | null): Promise<void> {
    this.#exited = true
    clearTimeout(this.#timeout)
    clearTimeout(this.#grace)
    const childrenMs = exitCpuMs()
    const child = this.#child!
    const pipesClosed = new Promise<void>((resolve) => child.once('close', () => resolve()))
    // The rest of a group that was asked to end has as much time for it as its leader had.
    while (performance.now() < this.#graceEndsAt && signalGroup(child.pid!, 0)) {
      await new Promise((resolve) => setTimeout(resolve, gracePollMs))
    }
    this.#graceEndsAt = 0
    // Whatever its leader left behind in the group ends with the run.
    const gone = await killGroup(child.pid!)
    const empty = (await this.#cgroup?.empty()) ?? true
    if (this.#cause !== '') killEach(processesOfFences(this.fences))
    await this.#drain(pipesClosed)
    for (const relay of this.#relays) relay.flush()
    this.#events.exited(this.#exit(code, signal, childrenMs, gone && empty))
  }

  #exit(code: number | null, signal: NodeJS.Signals | null, childrenMs: number, gone: boolean): Exit {
    const cgroup = this.#cgroup
    if (this.#limitedMemory && cgroup!.oomKills > 0) this.#cause ||= 'memory'
    const cpuMs = Math.max(0, (cgroup?.cpuMs ?? childrenMs) - this.#cpuMsBefore)
    const exit: Exit = {
      ...{ code, signal, cause: this.#cause, gone, droppedBytes: this.#budget.droppedBytes, cpuMs },
      memoryPeakBytes: cgroup?.memoryPeakBytes ?? this.#memoryPeakBytes,
      processesSeen: this.#processesSeen,
      forksRefused: cgroup?.forksRefused ?? 0,
      unlimited: '',
      ...(this.#warm && { lastError: this.#warm.lastError }),
    }
    // Nothing but the shell itself was ever in it: what the task asked for has not run.
    if (code === joinFailed && cgroup && (cgroup.memoryPeakBytes ?? cgroup.cpuMs) === 0) {
      exit.error = { code: 'limits-failed', message: 'it could not join the cgroup of its limits' }
    }
    return exit
  }

  get #limitedMemory(): boolean {
    return this.#cgroup?.has('memory') === true && this.order.limits.memoryBytes > 0
  }

  /** Waits for the rest of the output; pipes that stay open belong to processes that left the group: killed too. */
  async #drain(pipesClosed: Promise<void>): Promise<void> {
    if (await within(pipesClosed, pipeMsMax)) return
    while (this.#relays.some((relay) => relay.paused)) {
      if (await within(pipesClosed, pipeMsMax)) return
    }
    killEach(processesOfFences(this.fences))
    if (await within(pipesClosed, pipeMsMax)) return
    for (const relay of this.#relays) relay.destroy()
  }

  #fail(error: NodeJS.ErrnoException): void {
    this.#exited = true
    const { droppedBytes } = this.#budget
    const failure = { code: error.code ?? 'unknown', message: error.message }
    const unused = { cpuMs: 0, memoryPeakBytes: 0, processesSeen: 0, forksRefused: 0, unlimited: '' }
    const nothing = { code: null, signal: null, ...unused, droppedBytes }
    this.#events.exited({ ...nothing, cause: this.#cause, error: failure, gone: true })
  }
}

let cpuMsSeen = 0

/** CPU time that was added by children that exited since the last call. Of two that exit at once the first gets both. */
function exitCpuMs(): number {
  const now = childrenCpuMs()
  const added = now - cpuMsSeen
  cpuMsSeen = now
  return added
}

async function within(promise: Promise<void>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), ms)
  })
  const done = await Promise.race([promise.then(() => true), late])
  clearTimeout(timer)
  return done
}
