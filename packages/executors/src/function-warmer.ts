import type { Warmed, WarmOrder } from '@souk/runtime'
import type { Agents } from './agent-hub.ts'
import type { FunctionPool } from './function-pool.ts'
import type { ModuleStore } from './module-store.ts'

/** Modules of tasks are only taken from this host: what has never run here is not fetched to be warm. */
const readMsMax = 10_000
/** of why a function could not be loaded */
const detailCharsMax = 512

interface Parts {
  pool: FunctionPool
  modules: ModuleStore
  agents: Agents
  /** the file of a registered function */
  registered: ReadonlyMap<string, string>
}

/** Has threads load what a class of tasks needs, or tells the agents that serve it. One order a class at a time. */
export class FunctionWarmer {
  readonly #parts: Parts
  readonly #under = new Set<string>()

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** undefined: one for this class is under way, whose answer counts for this one too. */
  async warm(order: WarmOrder): Promise<Warmed | undefined> {
    if (this.#under.has(order.class)) return undefined
    this.#under.add(order.class)
    try {
      return { class: order.class, ...(await this.#answer(order)) }
    } catch (cause) {
      const detail = String((cause as Error)?.message ?? cause).slice(0, detailCharsMax)
      return { class: order.class, workers: 0, tookMs: 0, code: 'warm-failed', detail }
    } finally {
      this.#under.delete(order.class)
    }
  }

  async #answer({ work: { name, module }, workers }: WarmOrder): Promise<Omit<Warmed, 'class'>> {
    const { pool, modules, registered, agents } = this.#parts
    const path = module ? await modules.path(module, [], AbortSignal.timeout(readMsMax)) : registered.get(name)
    if (path === undefined) {
      const told = agents.warm(name, workers)
      if (told === 0) return { workers: 0, tookMs: 0, code: 'cannot-warm' }
      return { workers: told, tookMs: 0, ...(told < workers ? { code: 'slots-max' } : {}) }
    }
    const warm = await pool.warm(path, module?.path ?? path, workers)
    return warm.workers < workers ? { ...warm, code: 'threads-max' } : warm
  }
}
