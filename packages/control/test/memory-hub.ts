import type { AgentAnswer, AgentCall, AgentHubView } from '@souk/control'

interface Attached {
  functions: readonly string[]
  deliver: (call: AgentCall) => void
  warm: ((name: string, workers: number) => void) | undefined
}

/** Hands each call to the first agent that serves it. */
export class MemoryHub implements AgentHubView {
  readonly agents = new Map<string, Attached>()
  readonly #open = new Map<string, { agent: string; resolve: (answer: AgentAnswer | 'left') => void }>()
  #changed: (() => void)[] = []
  #runs = 0

  attach(...[id, functions, , deliver, , warm]: Parameters<AgentHubView['attach']>): void {
    this.agents.set(id, { functions, deliver, warm })
    for (const wake of this.#changed.splice(0)) wake()
  }

  detach(id: string): void {
    this.agents.delete(id)
    for (const [run, { agent, resolve }] of this.#open) {
      if (agent !== id) continue
      this.#open.delete(run)
      resolve('left')
    }
    for (const wake of this.#changed.splice(0)) wake()
  }

  settle(run: string, answer: AgentAnswer): boolean {
    const open = this.#open.get(run)
    if (!open) return false
    this.#open.delete(run)
    open.resolve(answer)
    return true
  }

  /** Resolves when an agent has come or gone. */
  changed(): Promise<void> {
    return new Promise((resolve) => this.#changed.push(resolve))
  }

  call(name: string, args: unknown[]): Promise<AgentAnswer | 'left'> {
    const [agent, { deliver }] = [...this.agents].find(([, each]) => each.functions.includes(name))!
    const run = `run-${++this.#runs}`
    return new Promise((resolve) => {
      this.#open.set(run, { agent, resolve })
      deliver({ run, task: '0'.repeat(24), name, args: JSON.stringify(args), attempt: 1, fence: '1.abc.1' })
    })
  }
}
