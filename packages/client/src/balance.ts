/** How work is spread over the mesh, as one peer sees it, and what could be done about it. */
export interface Balance {
  at: string
  /** utilisation is an average over so long */
  windowMs: number
  /** tasks that have not begun */
  waiting: number
  hosts: {
    peer: string
    draining: boolean
    /** tasks that run there, or wait with it, now */
    running: number
    waiting: number
    /** what was promised to runs: cpu and gpu in whole ones, memory and disk in bytes, network in Mbit/s, slots, declared ones */
    utilisation: { resource: string; used: number; capacity: number; share: number }[]
  }[]
  /** of the slots of hosts that do not drain; all 0 where nothing ran */
  imbalance: {
    hosts: number
    /** standard deviation of their shares over the mean one */
    cv: number
    maxOverMean: number
    /** the least CV that this work can have there: slots that were taken all the time are whole ones */
    cvFloor: number
  }
  /** resources that keep what waits from starting, worst first */
  bottlenecks: { resource: string; tasks: number; share: number; hosts: number }[]
  /** steal: hosts with room ask for work · shed: who has it gives it up · none: moving would gain nothing */
  strategy: { strategy: 'steal' | 'shed' | 'none'; code: string; reason: string }
  /** tasks that wait beside room for them; `bound`: in the queue of a host, which must give them up */
  opportunities: { class: string; from: string; to: string; count: number; bound: boolean }[]
  /** there were more tasks than are looked at */
  truncated: boolean
  /** members that did not answer in time */
  missing: string[]
}
