import { randomUUID } from 'node:crypto'
import type { Exit, PlaceOrder } from './guardian/frames.ts'
import type { RunLimits } from './guardian/run-limits.ts'
import type { GuardedRun, GuardianClient } from './guardian-client.ts'
import { limitBreach } from './limits/limit-breach.ts'
import { WorkFolder } from './work-folder.ts'

export interface WarmProcessOptions {
  /** for the shell */
  command: string
  /** that it works in, and its task after it: for this process alone */
  folder: string
  environment: Record<string, string>
  hostName: string
  guardian: GuardianClient
  /** until it has a task; from there on the task's hold */
  limits: RunLimits
  /** it has not said by then that it is ready: it is ended */
  readyMsMax: number
}

/**
 * A process that was started ahead of its task, in a session, folder and cgroup of its own like any run. It gets one
 * task and ends with it: nothing of a task is left in it for the next one.
 */
export class WarmProcess {
  readonly folder: string
  /** resolves with how long it took; rejects where it ended first, or said nothing in time */
  readonly ready: Promise<number>
  /** it ended, by itself or for a limit or with its guardian, before it had a task; why */
  readonly ended: Promise<string>
  readonly #guardian: GuardianClient
  readonly #options: WarmProcessOptions
  #number: number | undefined
  #isGone = false
  #unwanted = false

  constructor(options: WarmProcessOptions) {
    this.folder = options.folder
    this.#options = options
    this.#guardian = options.guardian
    let onGone = (_why: string): void => {}
    this.ended = new Promise((resolve) => {
      onGone = (why) => {
        this.#isGone = true
        resolve(why)
      }
    })
    this.ready = this.#start(onGone)
  }

  get gone(): boolean {
    return this.#isGone
  }

  /** Which run of its guardian it is; undefined before it was spawned. */
  get number(): number | undefined {
    return this.#number
  }

  get guardian(): GuardianClient {
    return this.#guardian
  }

  /** Gives it its task. False: it is gone already. */
  place(order: Omit<PlaceOrder, 'leaseEndsAt'>, run: GuardedRun): boolean {
    if (this.#number === undefined || this.#isGone) return false
    return this.#guardian.place(this.#number, order, run)
  }

  /** Ends it where it has no task. Its folder stays. */
  end(): void {
    this.#unwanted = true
    if (this.#number !== undefined && !this.#isGone) this.#guardian.kill(this.#number, 0)
  }

  async #start(onGone: (why: string) => void): Promise<number> {
    const { folder, command, environment, hostName, limits, readyMsMax } = this.#options
    const work = new WorkFolder(folder)
    try {
      await work.make()
      if (this.#unwanted) throw new Error('nobody wants it any more')
    } catch (error) {
      onGone((error as Error).message)
      throw error
    }
    const fence = `warm:${randomUUID()}`
    const own = { HOME: work.path, TMPDIR: work.temporary, SOUK_HOST: hostName, SOUK_FENCE: fence }
    const place = { argv: ['/bin/sh', '-c', command], env: { ...environment, ...own }, cwd: work.path, stdin: true }
    const task = { outputBytesMax: 0, timeoutMs: 0, graceMs: 0, fence, limits, warm: true as const }
    const startedAt = performance.now()
    return await new Promise((resolve, reject) => {
      let silent: string | undefined
      const timer = setTimeout(() => {
        // What it has said on standard error is known once it has ended.
        silent = `it did not say for ${readyMsMax} ms that it is ready`
        this.end()
      }, readyMsMax).unref()
      const over = (why: string): void => {
        clearTimeout(timer)
        reject(new Error(silent ?? why))
        onGone(why)
      }
      const ready = (): void => {
        clearTimeout(timer)
        resolve(performance.now() - startedAt)
      }
      this.#number = this.#guardian.spawn(
        { ...place, ...task },
        {
          leaseLeftMs: undefined,
          started: () => {},
          ready,
          output: () => {},
          exited: (exit: Exit) => {
            const why = silent ?? reasonOf(exit, limits)
            silent = undefined
            over(exit.lastError ? `${why}: ${exit.lastError}` : why)
          },
          lost: over,
        },
      )
    })
  }
}

function reasonOf(exit: Exit, limits: RunLimits): string {
  const breach = limitBreach(exit, limits)
  return breach?.message ?? exit.error?.message ?? `it ended with ${exit.signal ?? exit.code}`
}
