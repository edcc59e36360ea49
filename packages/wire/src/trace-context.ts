import { hash64, hashHex } from '@souk/kernel'
import { type Ballot, ballotText, type TaskId } from './ids.ts'

/** The W3C's header: version, trace, the caller's span, flags. */
export const traceparentPattern = '^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$'
const traceparent = new RegExp(traceparentPattern)
const sampledFlag = 1

/** The trace that the spans of a task belong to. */
export interface TraceContext {
  traceId: string
  /** the caller's span; undefined: the task came without a context */
  parentId: string | undefined
  /** false: the caller does not want this trace to be recorded */
  sampled: boolean
}

/** Whether the text is a traceparent; an id of nothing but zeros is invalid. */
export function isTraceparent(text: string): boolean {
  return traceparent.test(text) && !/^00-0{32}|-0{16}-/.test(text)
}

/**
 * The trace context of a task: the one that it came with, else one made from its id, so that all peers agree on it without a
 * message.
 */
export function traceContextOf(task: TaskId, carried: string | undefined): TraceContext {
  if (carried === undefined || !isTraceparent(carried))
    return { traceId: hashHex(hash64(task)) + hashHex(hash64(task, 1)), parentId: undefined, sampled: true }
  const [, traceId = '', parentId, flags = ''] = carried.split('-')
  return { traceId, parentId, sampled: (Number.parseInt(flags, 16) & sampledFlag) !== 0 }
}

/** The span id of one step of a task; with the ballot for a step that may be repeated under another ballot. */
export function spanIdOf(task: TaskId, step: string, ballot?: Ballot): string {
  const id = hashHex(hash64(`${task}/${step}/${ballot ? ballotText(ballot) : ''}`))
  return /^0+$/.test(id) ? '1'.padStart(16, '0') : id
}

/** The traceparent that a run gets if its task carries a context: spans of the run are children of its `run` step. */
export function traceparentOfRun(task: TaskId, ballot: Ballot, carried: string): string {
  const { traceId, sampled } = traceContextOf(task, carried)
  return `00-${traceId}-${spanIdOf(task, 'run', ballot)}-${sampled ? '01' : '00'}`
}
