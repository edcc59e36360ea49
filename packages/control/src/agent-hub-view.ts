/** One call for an attached program. */
export interface AgentCall {
  /** names this run among all of this peer's; unique for ever */
  runId: string
  task: string
  function: string
  /** JSON text: the array of arguments */
  args: string
  /** 0 = none */
  timeoutMs: number
}

/** `value` is JSON text; `error` is for people */
export type AgentAnswer = { value: string } | { error: string }

export type AgentOrder = { type: 'call'; call: AgentCall } | { type: 'stop'; runId: string }

/**
 * What control needs of whoever runs functions in attached programs (the function executor's hub).
 * At most `slots` calls of an agent are open at once: the hub keeps to it.
 */
export interface AgentHubView {
  /** From now on these functions can be called; `deliver` is called synchronously and only queues. */
  attach(agentId: string, functions: string[], slots: number, deliver: (order: AgentOrder) => void): void
  /** Its open calls fail as attempts (so that they run elsewhere); nothing more is delivered. Idempotent. */
  detach(agentId: string): void
  /** The answer to a call; false where nobody waits for it. */
  settle(runId: string, answer: AgentAnswer): boolean
}
