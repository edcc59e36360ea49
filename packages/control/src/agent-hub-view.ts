/** One call for an attached program. */
export interface AgentCall {
  /** names this run among all of this peer's; unique for ever */
  run: string
  task: string
  /** of the function */
  name: string
  /** JSON text: the array of arguments */
  args: string
  attempt: number
  /** rises with every start of the task: side effects can refuse an older one */
  fence: string
}

/** `value` is JSON text; `error` is for people */
export type AgentAnswer = { ok: true; value: string } | { ok: false; error: string }

/** What control needs of whoever runs functions in attached programs (the function executor's hub). */
export interface AgentHubView {
  /**
   * From now on these functions can be called, at most `slots` at once. `deliver` and `halt` only queue; a halted
   * call keeps its slot until it is answered.
   */
  attach(
    agent: string,
    functions: readonly string[],
    slots: number,
    deliver: (call: AgentCall) => void,
    halt: (run: string) => void,
    /** it wants to know how many calls of one of its functions are expected at once */
    warm?: (name: string, workers: number) => void,
  ): unknown
  /** Its open calls fail as attempts, so that they run elsewhere; nothing more is delivered. Idempotent. */
  detach(agent: string): void
  /** The answer to a call; false where nobody waits for it. */
  settle(run: string, answer: AgentAnswer): boolean
}
