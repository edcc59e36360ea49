import type { SoukClient } from '@souk/client'

/** What runs at a peer, as it says itself as soon as it begins: others are told of short runs only once they are over. */
export class BegunRuns {
  readonly #end = new AbortController()
  /** when it was heard that each began */
  readonly #begunMs = new Map<string, number>()
  readonly #followed: Promise<void>

  /** Closes the client, which is one of that peer, once it is closed itself. */
  constructor(connecting: Promise<SoukClient>) {
    this.#followed = this.#follow(connecting)
  }

  /** The ids of tasks of which it was heard so long ago that they began, and not yet that they ended. */
  since(ms: number): ReadonlySet<string> {
    const latest = performance.now() - ms
    return new Set([...this.#begunMs].flatMap(([task, at]) => (at <= latest ? [task] : [])))
  }

  async close(): Promise<void> {
    this.#end.abort()
    await this.#followed
  }

  /** Where it cannot be reached, or is killed, what it said last stays. */
  async #follow(connecting: Promise<SoukClient>): Promise<void> {
    const client = await connecting.catch(() => undefined)
    if (client === undefined) return
    const query = { types: ['task.started', 'task.ran'] }
    try {
      for await (const { type, task } of client.events(this.#end.signal, query)) {
        if (type === 'task.started') this.#begunMs.set(String(task), performance.now())
        else this.#begunMs.delete(String(task))
      }
    } catch {
      // It ends so when it is told to, too.
    }
    await client.close()
  }
}
