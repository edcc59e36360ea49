/** What is replayed: when each task came and how long it runs, in milliseconds from the beginning; in order of coming. */
export interface TaskTimes {
  at: Float64Array
  ms: Float64Array
  /** until when tasks were looked for */
  endMs: number
}
