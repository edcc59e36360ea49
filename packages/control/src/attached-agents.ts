import { randomUUID } from 'node:crypto'
import type { AgentEvent, AgentResult, AttachBody } from '@souk/client'
import type { AgentAnswer, AgentCall, AgentHubView } from './agent-hub-view.ts'
import { ApiError } from './api-error.ts'
import type { EventWriter } from './event-writer.ts'

/** programs attached at once */
const agentsMax = 256
/** without a stream of calls; then its functions are withdrawn and its open calls run elsewhere */
const awayMsMax = 10_000

interface AttachedAgent {
  id: string
  /** not yet answered: sent again when its stream is opened again */
  open: Map<string, AgentEvent>
  queued: AgentEvent[]
  writer: EventWriter | undefined
  away: NodeJS.Timeout | undefined
  flushing: boolean
}

/** Programs that serve functions over the API: calls go out as events, answers come back by POST. */
export class AttachedAgents {
  readonly #hub: AgentHubView
  readonly #agents = new Map<string, AttachedAgent>()

  constructor(hub: AgentHubView) {
    this.#hub = hub
  }

  /** Throws ApiError 429 `agents-full`. */
  attach({ functions, slots = 1, warm = false }: AttachBody): string {
    if (this.#agents.size >= agentsMax) {
      throw new ApiError(429, 'agents-full', `${agentsMax} agents are attached to this peer; use another peer`)
    }
    const id = randomUUID()
    const agent: AttachedAgent = {
      id,
      open: new Map(),
      queued: [],
      writer: undefined,
      away: undefined,
      flushing: false,
    }
    this.#agents.set(id, agent)
    this.#awaitStream(agent)
    const deliver = (call: AgentCall) => {
      const { run, task, name, args, attempt, fence } = call
      const event: AgentEvent = { type: 'call', run, task, function: name, args, attempt, fence }
      agent.open.set(run, event)
      this.#queue(agent, event)
    }
    const halt = (run: string) => this.#queue(agent, { type: 'stop', run })
    const onWarm = (name: string, workers: number) => this.#queue(agent, { type: 'warm', function: name, workers })
    this.#hub.attach(id, functions, slots, deliver, halt, ...(warm ? [onWarm] : []))
    return id
  }

  /** Throws ApiError 404 `agent-unknown`: attach again. */
  require(id: string): AttachedAgent {
    const agent = this.#agents.get(id)
    if (agent) return agent
    throw new ApiError(
      404,
      'agent-unknown',
      `no agent ${id} is attached here (it is let go ${awayMsMax} ms after its stream ends); attach again`,
    )
  }

  connect(id: string, writer: EventWriter): void {
    const agent = this.require(id)
    clearTimeout(agent.away)
    agent.writer?.end()
    clearTimeout(agent.away)
    agent.writer = writer
    agent.queued = [...agent.open.values()]
    writer.onDrain = () => this.#flush(agent)
    writer.onClose = () => {
      if (agent.writer !== writer) return
      agent.writer = undefined
      this.#awaitStream(agent)
    }
    this.#flush(agent)
  }

  settle(id: string, results: AgentResult[]): { settled: number; unknown: number } {
    const agent = this.require(id)
    let settled = 0
    for (const result of results) {
      if (!agent.open.delete(result.run)) continue
      const answer: AgentAnswer =
        'value' in result ? { ok: true, value: result.value } : { ok: false, error: result.error }
      if (this.#hub.settle(result.run, answer)) settled++
    }
    return { settled, unknown: results.length - settled }
  }

  detach(id: string): void {
    const agent = this.require(id)
    this.#agents.delete(id)
    clearTimeout(agent.away)
    this.#hub.detach(id)
    agent.writer?.end()
  }

  close(): void {
    for (const id of [...this.#agents.keys()]) this.detach(id)
  }

  #awaitStream(agent: AttachedAgent): void {
    if (!this.#agents.has(agent.id)) return
    agent.away = setTimeout(() => this.detach(agent.id), awayMsMax)
  }

  /** called inside a turn: sent after it */
  #queue(agent: AttachedAgent, event: AgentEvent): void {
    // Without a stream nothing is queued: `connect` sends what is open by then.
    if (!agent.writer) return
    agent.queued.push(event)
    if (agent.flushing) return
    agent.flushing = true
    setImmediate(() => {
      agent.flushing = false
      this.#flush(agent)
    })
  }

  #flush(agent: AttachedAgent): void {
    if (agent.queued.length === 0 || !agent.writer?.ready) return
    const events = agent.queued
    agent.queued = []
    agent.writer.write(JSON.stringify(events))
  }
}
