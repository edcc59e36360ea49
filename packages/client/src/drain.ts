import type { AppliedPlan } from './rebalance.ts'

/** How far a peer is with emptying itself, as counts of tasks. */
export interface DrainProgress {
  /** drained: nothing is left there but what it holds */
  state: 'off' | 'draining' | 'drained'
  forMs: number
  /** until what still runs is stopped; absent: it may run as long as it takes */
  leftMs?: number
  /** to be handed over yet */
  waiting: number
  running: number
  /** of those that run: they start at most once, so no deadline stops them */
  runningOnce: number
  /** on their way to another peer, or their outcomes to their custodians */
  passing: number
  /** no other peer that keeps them can be reached: they wait there for a host that asks */
  held: number
  /** that had not begun, since it began to drain */
  handedOver: number
  /** stopped at the deadline, to run elsewhere */
  stopped: number
  /** asked to stop with a checkpoint, to go on elsewhere */
  moved: number
}

export interface DrainOptions {
  /** what still runs so long after is stopped and given back, and runs elsewhere; default: runs may end */
  deadlineMs?: number
  /** the peer is about to be stopped: its next start takes work again. Default: it drains until `undrain`, restarts included */
  leaving?: boolean
  signal?: AbortSignal
}

/** What a peer may be told about taking part; role admin. */
export interface DrainCalls {
  /**
   * The connected peer takes nothing new, hands over what waits there and lets what runs end; resolves with how far it has
   * come at once. `status()` tells the rest. It holds over restarts, until `undrain`.
   */
  drain(options?: DrainOptions): Promise<DrainProgress>
  /** Has the redistribution plan carried out, as it is now; `balance()` tells later what came of it. */
  applyBalance(signal?: AbortSignal): Promise<AppliedPlan>
  undrain(signal?: AbortSignal): Promise<DrainProgress>
}
