import { type SoukClient, TraceFollower } from '@souk/client'
import type { TopData } from './top-data.ts'
import { linesOf, lineTypes } from './trace-lines.ts'

/** lines of tasks that are asked for; a listing says how many more there are */
const tasksMax = 200

const open = ['storing', 'waiting', 'asking', 'offered', 'queued', 'running', 'ending']

type TopClient = Pick<SoukClient, 'status' | 'peers' | 'tasks' | 'trace'>

/** Looks at the mesh through one peer, whenever it is asked to: at peers, tasks, and what all peers tell of auctions and moves. */
export class TopFeed {
  readonly #client: TopClient
  readonly #trace: TraceFollower
  #last: TopData | undefined

  constructor(client: TopClient) {
    this.#client = client
    this.#trace = new TraceFollower((query, signal) => client.trace(query, signal), { kinds: lineTypes })
  }

  /** How things are now; where that cannot be learnt, how they were last, and why. Rejects only the first time. */
  async look(signal?: AbortSignal): Promise<TopData> {
    try {
      this.#last = await this.#look(signal)
    } catch (error) {
      if (this.#last === undefined) throw error
      this.#last = { ...this.#last, trouble: error instanceof Error ? error.message : String(error) }
    }
    return this.#last
  }

  async #look(signal: AbortSignal | undefined): Promise<TopData> {
    const [status, peers, going, all, trace] = await Promise.all([
      this.#client.status(signal),
      this.#client.peers(signal),
      this.#client.tasks({ states: open, limit: tasksMax, ...(signal ? { signal } : {}) }),
      this.#client.tasks({ limit: tasksMax, ...(signal ? { signal } : {}) }),
      this.#trace.look(signal),
    ])
    const listed = new Set(going.tasks.map(({ id }) => id))
    const ended = all.tasks.filter(({ id, kind }) => kind !== undefined && !listed.has(id))
    return {
      mesh: status.mesh,
      self: status.self,
      wallMs: Date.now(),
      peers,
      tasks: [...going.tasks, ...ended].slice(0, tasksMax),
      tasksTotal: all.total,
      missing: [...new Set([...all.missing, ...trace.missing])].sort(),
      ...linesOf(trace.events),
    }
  }
}

/** Resolves after a while, or at once when it is not wanted any more. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const done = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done)
  })
}
