import type { Agent, AgentOptions } from './api.ts'
import { call, pathOf } from './call.ts'
import { apiLimits } from './limits.ts'
import { followStream } from './live-stream.ts'
import type { EndpointPool } from './pool.ts'
import type { AgentEvent, AgentResult } from './schema/agents.ts'
import { asSoukError, SoukError } from './souk-error.ts'
import { afterThisTurn, pause } from './turn.ts'

type ServedFunction = (...args: never[]) => unknown

/** between two attachments where the first was let go at once */
const reattachMs = 200

/**
 * A program's functions, served at whichever endpoint lives: attaches, reads its calls, answers them in batches,
 * and attaches anew when its peer is gone or has let it go.
 */
export class ServingAgent implements Agent {
  readonly functions: string[]
  readonly #pool: EndpointPool
  readonly #byName: Map<string, ServedFunction>
  readonly #slots: number
  readonly #warm: AgentOptions['warm']
  readonly #controller = new AbortController()
  readonly #onCallerAbort = () => this.#controller.abort()
  readonly #callerSignals: AbortSignal[]
  /** runs under way here: a call that comes again after a reconnect is not run twice */
  readonly #runs = new Set<string>()
  #results: AgentResult[] = []
  #sending = false
  #id = ''
  closed: Promise<void> = Promise.resolve()

  constructor(
    pool: EndpointPool,
    options: Pick<AgentOptions, 'functions'> & {
      slots: number
      warm: AgentOptions['warm']
      signals: AbortSignal[]
    },
  ) {
    this.#pool = pool
    this.#byName = new Map(Object.entries(options.functions))
    this.functions = [...this.#byName.keys()]
    this.#slots = options.slots
    this.#warm = options.warm
    this.#callerSignals = options.signals
    for (const signal of options.signals) {
      if (signal.aborted) this.#controller.abort()
      signal.addEventListener('abort', this.#onCallerAbort, { once: true })
    }
  }

  /** Resolves once it is attached for the first time. */
  async start(): Promise<void> {
    await this.#attach()
    this.closed = this.#serve()
    this.closed.catch(() => {})
  }

  async close(): Promise<void> {
    const id = this.#id
    this.#id = ''
    for (const signal of this.#callerSignals) signal.removeEventListener('abort', this.#onCallerAbort)
    if (id !== '' && !this.#controller.signal.aborted) {
      await call(this.#pool, 'detachAgent', { params: { id } }, AbortSignal.timeout(5_000)).catch(() => {})
    }
    this.#controller.abort()
    await this.closed.catch(() => {})
  }

  async #attach(): Promise<void> {
    const body = { functions: this.functions, slots: this.#slots, ...(this.#warm && { warm: true }) }
    const { agent } = await call(this.#pool, 'attachAgent', { body }, this.#controller.signal)
    this.#id = agent
  }

  async #serve(): Promise<void> {
    const { signal } = this.#controller
    while (!signal.aborted) {
      try {
        await followStream({
          pool: this.#pool,
          path: pathOf('agentCalls', { id: this.#id }),
          signal,
          onEvents: (events) => {
            for (const event of events as AgentEvent[]) this.#onEvent(event)
          },
        })
      } catch (error) {
        const failure = asSoukError(error)
        if (signal.aborted) return
        if (failure.code !== 'agent-unknown' && failure.code !== 'unreachable') throw failure
        await pause(reattachMs, signal)
        if (!signal.aborted) await this.#attach()
      }
    }
  }

  #onEvent(event: AgentEvent): void {
    if (event.type === 'warm') void this.#onWarm(event.function, event.workers)
    // A call that is not wanted any more (`stop`) is answered all the same: a function cannot be stopped from outside.
    if (event.type !== 'call' || this.#runs.has(event.run)) return
    this.#runs.add(event.run)
    void this.#run(event)
  }

  async #onWarm(name: string, calls: number): Promise<void> {
    try {
      await this.#warm?.(name, calls)
    } catch {
      // Its calls fail as well then, and say why.
    }
  }

  async #run(event: AgentEvent & { type: 'call' }): Promise<void> {
    const result = await this.#resultOf(event)
    this.#results.push(result)
    if (this.#sending) return
    this.#sending = true
    afterThisTurn(() => void this.#send())
  }

  async #resultOf({ run, function: name, args }: AgentEvent & { type: 'call' }): Promise<AgentResult> {
    try {
      const served = this.#byName.get(name)
      if (!served) throw new SoukError('function-unknown', `this agent serves no function '${name}'`)
      const value = JSON.stringify((await served(...(JSON.parse(args) as never[]))) ?? null)
      if (value.length > apiLimits.resultCharsMax) {
        throw new SoukError(
          'result-too-large',
          `the result is ${value.length} characters of JSON; at most ${apiLimits.resultCharsMax} fit`,
        )
      }
      return { run, value }
    } catch (error) {
      const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
      return { run, error: text.slice(0, 4096) }
    }
  }

  /** all results of a turn in one request; `#results` is bounded by the slots that the peer keeps to */
  async #send(): Promise<void> {
    while (this.#results.length > 0 && !this.#controller.signal.aborted) {
      const results = this.#takeResults()
      try {
        await call(this.#pool, 'agentResults', { params: { id: this.#id }, body: { results } }, this.#controller.signal)
      } catch {
        // The peer is gone or has let this agent go: it runs those tasks again where they find a host.
      }
      for (const { run } of results) this.#runs.delete(run)
    }
    this.#sending = false
  }

  #takeResults(): AgentResult[] {
    let chars = 0
    let count = 0
    for (const result of this.#results) {
      chars += 'value' in result ? result.value.length : result.error.length
      if (count > 0 && (chars > apiLimits.resultCharsMax || count === apiLimits.tasksPerRequestMax)) break
      count++
    }
    return this.#results.splice(0, count)
  }
}
