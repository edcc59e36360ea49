import { join } from 'node:path'
import { fitsClass } from '@souk/kernel'
import type { Warmed, WarmOrder } from '@souk/runtime'
import type { GuardianClient } from './guardian-client.ts'
import type { WarmLimits } from './limits/warm-limits.ts'
import { removeTree } from './remove-tree.ts'
import type { RunOrder } from './run-order.ts'
import { WarmProcess } from './warm-process.ts'

/** of why a command did not get ready */
const detailCharsMax = 512

/** A command that is started ahead of tasks of these classes, and takes one of them. */
export interface WarmCommand {
  /** a class, or its beginning and `*` */
  pattern: string
  /** for the shell */
  command: string
}

export interface WarmProcessesOptions {
  commands: readonly WarmCommand[]
  /** each process has a folder below it */
  folder: string
  environment: Record<string, string>
  hostName: string
  /** all classes together; each process takes memory that no task has asked for */
  processesMax: number
  /** an order counts for so long, unless it is said again */
  keepMs: number
  readyMsMax: number
  /** of processes without a task, by class */
  limits: WarmLimits
  guardian(): GuardianClient
  /** runs of a class that are under way */
  running(name: string): number
  warmed(answer: Warmed): void
  /** none is left */
  onEmpty(): void
}

/** What is known of one class. */
interface Pool {
  name: string
  command: string
  /** wanted, those that work included, until then */
  workers: number
  untilMs: number
  /** ready and without a task, oldest first */
  readonly idle: WarmProcess[]
  /** how long the last one took to get ready */
  tookMs: number | undefined
  filling: boolean
  /** one of the last ones did not get ready: nothing is started before it is ordered again */
  failed: boolean
  /** why one that stood ready has ended since the last order was answered; undefined: none has */
  lost: string | undefined
}

/**
 * The processes of this host that stand warm for commands, by class. Each takes one task and ends with it; while an order
 * counts another one is started for it. Where none is ready a task starts its own command as ever.
 */
export class WarmProcesses {
  readonly #options: WarmProcessesOptions
  readonly #pools = new Map<string, Pool>()
  /** ready, or on their way to it */
  readonly #alive = new Set<WarmProcess>()
  /** folders of those that have ended, on their way out */
  readonly #tidying = new Set<Promise<void>>()
  #count = 0
  #cooling: NodeJS.Timeout | undefined
  #stopped = false

  constructor(options: WarmProcessesOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#alive.size
  }

  /** Answered by `warmed`, unless an order for this class is under way: its answer counts for this one, too. */
  order({ class: name, workers }: WarmOrder): void {
    const pool = this.#poolOf(name)
    if (pool === undefined || this.#stopped) {
      this.#options.warmed({ class: name, workers: 0, tookMs: 0, code: 'cannot-warm' })
      return
    }
    pool.workers = workers
    pool.failed = false
    pool.untilMs = performance.now() + this.#options.keepMs
    this.#cooling ??= setInterval(() => this.#cool(), this.#options.keepMs / 4).unref()
    void this.#fill(pool)
  }

  /** A process for this task, which is its own from here on; undefined: none is ready, or it needs its folder as it was. */
  take(order: RunOrder): WarmProcess | undefined {
    const { class: name, checkpoint } = order.record.spec
    const pool = this.#pools.get(name)
    if (pool === undefined || checkpoint !== undefined) return undefined
    let taken = pool.idle.shift()
    while (taken?.gone) taken = pool.idle.shift()
    if (taken) this.#alive.delete(taken)
    return taken
  }

  /** How long a process of this class takes to get warm; undefined: there is no such thing, or it is not known. */
  tookMs(name: string): number | undefined {
    return this.#pools.get(name)?.tookMs
  }

  /** A run of this class has ended, and with it its process. */
  ended(name: string): void {
    const pool = this.#pools.get(name)
    if (pool && !pool.failed && performance.now() < pool.untilMs) void this.#fill(pool)
  }

  /** Ends those that have no task; resolves when they are gone, with their folders. */
  async stop(): Promise<void> {
    this.#stopped = true
    clearInterval(this.#cooling)
    const alive = [...this.#alive]
    for (const process of alive) process.end()
    await Promise.all(alive.map((process) => process.ended))
    await Promise.all(this.#tidying)
  }

  #poolOf(name: string): Pool | undefined {
    const known = this.#pools.get(name)
    if (known) return known
    const declared = this.#options.commands.find(({ pattern }) => fitsClass(pattern, name))
    if (!declared) return undefined
    const { command } = declared
    const none = { workers: 0, untilMs: 0, tookMs: undefined, filling: false, failed: false, lost: undefined }
    const pool: Pool = { name, command, idle: [], ...none }
    this.#pools.set(name, pool)
    return pool
  }

  /** As many as are wanted, those that work included; then it is said how many there are. */
  async #fill(pool: Pool): Promise<void> {
    if (pool.filling || this.#stopped) return
    pool.filling = true
    const { running, processesMax } = this.#options
    const wanted = pool.workers - running(pool.name) - pool.idle.length
    const started = Math.max(0, Math.min(wanted, processesMax - this.#alive.size))
    for (let spare = wanted; spare < 0 && pool.idle.length > 0; spare++) pool.idle.shift()!.end()
    const tries = await Promise.allSettled(Array.from({ length: started }, () => this.#start(pool)))
    pool.filling = false
    if (this.#stopped) return
    const took = tries.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
    pool.failed = took.length < started
    const { lost } = pool
    pool.lost = undefined
    const code = pool.failed
      ? 'warm-failed'
      : started < wanted
        ? 'processes-max'
        : lost === undefined
          ? undefined
          : 'warm-lost'
    const failure = tries.find((each) => each.status === 'rejected')?.reason as Error | undefined
    this.#tell(pool, Math.max(0, ...took), code, failure?.message ?? lost)
  }

  /** How many there are now. */
  #tell(pool: Pool, tookMs: number, code?: string, why?: string): void {
    const { running, warmed } = this.#options
    const answer = { class: pool.name, workers: pool.idle.length + running(pool.name), tookMs }
    const detail = why === undefined ? {} : { detail: why.slice(0, detailCharsMax) }
    warmed(code === undefined ? answer : { ...answer, code, ...detail })
  }

  async #start(pool: Pool): Promise<number> {
    const { folder, environment, hostName, guardian, readyMsMax, limits, onEmpty } = this.#options
    const process = new WarmProcess({
      command: pool.command,
      folder: join(folder, `warm-${++this.#count}`),
      ...{ environment, hostName, readyMsMax, guardian: guardian(), limits: limits.of(pool.name) },
    })
    this.#alive.add(process)
    void process.ended.then((why) => {
      const at = pool.idle.indexOf(process)
      // Nobody has told it to: those that are told to end are no longer counted.
      if (at !== -1) {
        pool.idle.splice(at, 1)
        // At once, so that nobody counts on it; and with the next answer, which is of the one that takes its place.
        pool.lost = why
        if (!this.#stopped) this.#tell(pool, 0, 'warm-lost', why)
      }
      // The folder of one that was taken is its run's.
      if (this.#alive.delete(process)) this.#tidy(process.folder)
      if (this.#alive.size === 0) onEmpty()
    })
    const tookMs = await process.ready
    // Both may be heard at once; one that was gone before it stood among the others would never be missed.
    if (process.gone) throw new Error(await process.ended)
    pool.tookMs = Math.max(1, Math.round(tookMs))
    pool.idle.push(process)
    return pool.tookMs
  }

  #tidy(folder: string): void {
    const done = removeTree(folder).finally(() => this.#tidying.delete(done))
    this.#tidying.add(done)
  }

  /** Orders that were not said again count no longer. */
  #cool(): void {
    const now = performance.now()
    for (const [name, pool] of this.#pools) {
      if (now < pool.untilMs || pool.filling) continue
      for (const process of pool.idle.splice(0)) process.end()
      // How long it took stays worth knowing, of as many classes as can be warm at once.
      if (this.#pools.size > this.#options.processesMax) this.#pools.delete(name)
    }
  }
}
