/** A run that takes far longer than its like. */
export interface Straggler {
  task: string
  class: string
  /** where it runs */
  host: string
  elapsedMs: number
  /** what 99 of 100 runs of its class take at most, and of how many runs that is known */
  p99Ms: number
  runs: number
  /** a run is said to straggle from here on */
  limitMs: number
}
