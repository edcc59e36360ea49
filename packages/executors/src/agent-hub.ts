import { BoundedQueue } from '@souk/kernel'
import type { TaskId } from '@souk/wire'

/** Calls of one function that wait for a free slot of its agents; more are refused. */
const waitingMax = 16_384
const agentsMax = 1024

/** One call as an agent gets it. */
export interface AgentCall {
  run: string
  task: TaskId
  name: string
  /** JSON text of an array */
  args: string
  attempt: number
  /** what `SOUK_FENCE` is to a command */
  fence: string
}

/** JSON text of the value, or why it failed. */
export type AgentAnswer = { ok: true; value: string } | { ok: false; error: string }

/** Programs that serve functions through this peer. The control server attaches them and passes on what they answer. */
export interface AgentHub {
  /**
   * An agent serves `functions` with at most `slots` calls at once, each given to `deliver`; `halt` tells it that a
   * call is not wanted any more. Returns its detach. Throws when an agent of that id is attached already.
   */
  attach(
    agent: string,
    functions: readonly string[],
    slots: number,
    deliver: (call: AgentCall) => void,
    halt?: (run: string) => void,
    /** it wants to know how many calls of one of its functions are expected at once */
    warm?: (name: string, workers: number) => void,
  ): () => void
  /** The agent is gone: what runs there ends as refused with `agent-left`. Unknown agents are ignored. */
  detach(agent: string): void
  /** An agent's answer. False: nobody waits for it (any more). */
  settle(run: string, answer: AgentAnswer): boolean
  /** sorted names of all that agents serve now */
  functions(): string[]
}

/** How one call is heard of; `settled` or `left` is the last. */
export interface HubListener {
  delivered(): void
  settled(answer: AgentAnswer): void
  left(agent: string): void
}

interface Agent {
  id: string
  functions: ReadonlySet<string>
  slots: number
  busy: Set<string>
  deliver: (call: AgentCall) => void
  halt: ((run: string) => void) | undefined
  warm: ((name: string, workers: number) => void) | undefined
  /** an agent that answers within `deliver` must not nest one call per waiting one */
  filling: boolean
}

interface Waiting {
  call: AgentCall
  listener: HubListener
}

/** Hands calls to the least busy agent that serves them; waits with them while all are busy. */
export class Agents implements AgentHub {
  readonly #agents = new Map<string, Agent>()
  /** by run: who works on it; no listener once it was halted, but the slot is taken until the agent answers */
  readonly #delivered = new Map<string, { agent: Agent; listener: HubListener | undefined }>()
  readonly #waiting = new Map<string, BoundedQueue<Waiting>>()
  readonly #halted = new Set<string>()
  readonly #onChange: () => void

  constructor(onChange: () => void) {
    this.#onChange = onChange
  }

  attach(
    id: string,
    functions: readonly string[],
    slots: number,
    deliver: (call: AgentCall) => void,
    halt?: (run: string) => void,
    warm?: (name: string, workers: number) => void,
  ): () => void {
    if (this.#agents.has(id)) throw new Error(`agent ${id} is attached already: detach it first`)
    if (this.#agents.size >= agentsMax) throw new Error(`${agentsMax} agents are attached already`)
    if (!Number.isInteger(slots) || slots < 1) throw new Error(`slots must be a whole number from 1 on, got ${slots}`)
    const served = { functions: new Set(functions), slots, deliver, halt, warm }
    const agent: Agent = { id, ...served, busy: new Set(), filling: false }
    this.#agents.set(id, agent)
    this.#fill(agent)
    this.#onChange()
    return () => {
      if (this.#agents.get(id) === agent) this.detach(id)
    }
  }

  detach(id: string): void {
    const agent = this.#agents.get(id)
    if (!agent) return
    this.#agents.delete(id)
    for (const run of agent.busy) {
      const listener = this.#delivered.get(run)?.listener
      this.#delivered.delete(run)
      listener?.left(id)
    }
    for (const name of agent.functions) if (!this.serves(name)) this.#abandon(name, id)
    this.#onChange()
  }

  settle(run: string, answer: AgentAnswer): boolean {
    const delivered = this.#delivered.get(run)
    if (!delivered) return false
    this.#delivered.delete(run)
    delivered.agent.busy.delete(run)
    delivered.listener?.settled(answer)
    this.#fill(delivered.agent)
    return delivered.listener !== undefined
  }

  functions(): string[] {
    const names = new Set<string>()
    for (const agent of this.#agents.values()) for (const name of agent.functions) names.add(name)
    return [...names].sort()
  }

  serves(name: string): boolean {
    for (const agent of this.#agents.values()) if (agent.functions.has(name)) return true
    return false
  }

  /** Tells agents with a hook for it, each as many as it has slots; returns how many were told of in all. */
  warm(name: string, workers: number): number {
    let left = workers
    for (const agent of this.#agents.values()) {
      if (left === 0) break
      if (!agent.warm || !agent.functions.has(name)) continue
      const share = Math.min(left, agent.slots)
      agent.warm(name, share)
      left -= share
    }
    return workers - left
  }

  /** Gives a call to an agent, now or when one is free. False: too many wait already. */
  call(call: AgentCall, listener: HubListener): boolean {
    const agent = this.#leastBusy(call.name)
    if (agent) {
      this.#deliver(agent, call, listener)
      return true
    }
    let queue = this.#waiting.get(call.name)
    if (!queue) {
      queue = new BoundedQueue(waitingMax)
      this.#waiting.set(call.name, queue)
    }
    return queue.push({ call, listener })
  }

  /** The listener hears no more of it. An agent that has it is told, and keeps its slot taken until it answers. */
  halt(run: string): void {
    const delivered = this.#delivered.get(run)
    if (!delivered) {
      this.#halted.add(run)
      return
    }
    delivered.listener = undefined
    delivered.agent.halt?.(run)
  }

  #leastBusy(name: string): Agent | undefined {
    let best: Agent | undefined
    for (const agent of this.#agents.values()) {
      if (!agent.functions.has(name) || agent.busy.size >= agent.slots) continue
      if (!best || agent.busy.size / agent.slots < best.busy.size / best.slots) best = agent
    }
    return best
  }

  #deliver(agent: Agent, call: AgentCall, listener: HubListener): void {
    agent.busy.add(call.run)
    this.#delivered.set(call.run, { agent, listener })
    listener.delivered()
    try {
      agent.deliver(call)
    } catch {
      // Whoever cannot be handed a call is not there.
      this.detach(agent.id)
    }
  }

  /** Gives an agent with free slots what waits for it, one of each of its functions in turn. */
  #fill(agent: Agent): void {
    if (agent.filling) return
    agent.filling = true
    while (this.#giveOneOfEach(agent)) {}
    agent.filling = false
  }

  #giveOneOfEach(agent: Agent): boolean {
    let given = false
    for (const name of agent.functions) {
      if (agent.busy.size >= agent.slots || this.#agents.get(agent.id) !== agent) return false
      const next = this.#shift(name)
      if (!next) continue
      given = true
      this.#deliver(agent, next.call, next.listener)
    }
    return given
  }

  #shift(name: string): Waiting | undefined {
    const queue = this.#waiting.get(name)
    if (!queue) return undefined
    for (;;) {
      const next = queue.shift()
      if (queue.size === 0) this.#waiting.delete(name)
      if (!next || !this.#halted.delete(next.call.run)) return next
    }
  }

  /** The last agent that served this left. */
  #abandon(name: string, agent: string): void {
    for (let next = this.#shift(name); next; next = this.#shift(name)) next.listener.left(agent)
  }
}
