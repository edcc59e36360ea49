/** How long tasks that wait now will wait yet. */
export interface WaitForecast {
  /** of which the numbers are */
  tasks: number
  meanMs: number
  p95Ms: number
  /** that have no place to start at, as things stand */
  never: number
}

/** How a peer moves work of its own accord, and whether it is under pressure. */
export interface RebalanceStatus {
  /** false: nothing moves by itself after its first hand-over */
  on: boolean
  /** tasks that it passes on a second time, or out of its queue: at most in any minute, and in the last one */
  movesPerMinuteMax: number
  movesLastMinute: number
  /** of its own queue: shed: it gives some of it up · none; with why */
  strategy: { strategy: 'steal' | 'shed' | 'none'; code: string; reason: string }
  /**
   * it takes nothing, and (while `on`) gives up what waits in its queue. code: memory-pressure, disk-pressure or overload; `moved`: runs that
   * were asked for their checkpoints since it began, to go on elsewhere
   */
  pressure?: { code: string; detail: string; forMs: number; moved: number }
}

/** A plan that was carried out through a peer, and what came of it. */
export interface AppliedPlan {
  at: string
  moves: {
    class: string
    from: string
    to: string
    count: number
    code: string
    reason: string
    /** on their way there; of the others why not */
    handed: number
    left: { code: string; count: number }[]
  }[]
  /** of the tasks that were to move: how long they would have waited yet, and were to wait */
  predicted: { before: WaitForecast; after: WaitForecast }
  /** since then, by the clocks of their hosts; waiting: have not begun, as far as is known */
  real: { started: number; waiting: number; meanMs: number; p95Ms: number }
}
