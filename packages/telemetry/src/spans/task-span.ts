/** One step of a task's life, over: what a tracing system draws as a bar. */
export interface TaskSpan {
  name: 'task' | 'submit' | 'award' | 'auction' | 'queue' | 'run' | 'commit' | 'recover'
  traceId: string
  spanId: string
  /** absent: the first of its trace */
  parentId?: string
  /** by this host's wall clock */
  startMs: number
  endMs: number
  /** why it did not do what it was for; absent: it did */
  failure?: string
  attributes: Record<string, string | number | boolean>
}
