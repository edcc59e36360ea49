import { hash64, hashHex } from '@souk/kernel'
import { type Ballot, ballotText, type TaskId } from './ids.ts'

/** The W3C's header: version, trace, the caller's span, flags. */
export const traceparentPattern = '^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$'
const traceparent = new RegExp(traceparentPattern)
const sampledFlag = 1

/** What spans of a task belong to. */
export interface TraceContext {
  traceId: string
  /** the caller's span, where a caller said */
  parentId: string | undefined
  /** false: the caller does not want this one to be recorded */
  sampled: boolean
}

/** Whether it is one: an id of nothing but zeros is none. */
export function isTraceparent(text: string): boolean {
  return traceparent.test(text) && !/^00-0{32}|-0{16}-/.test(text)
}

/**
 * The same at every peer, from the task alone: of a task that came with a context that one; of any other its trace is made
 * of its id, so that peers agree on it without a word.
 */
export function traceContextOf(task: TaskId, carried: string | undefined): TraceContext {
  if (carried === undefined || !isTraceparent(carried))
    return { traceId: hashHex(hash64(task)) + hashHex(hash64(task, 1)), parentId: undefined, sampled: true }
  const [, traceId = '', parentId, flags = ''] = carried.split('-')
  return { traceId, parentId, sampled: (Number.parseInt(flags, 16) & sampledFlag) !== 0 }
}

/** The id of one step of a task, under one ballot where it may be repeated under another. */
export function spanIdOf(task: TaskId, step: string, ballot?: Ballot): string {
  const id = hashHex(hash64(`${task}/${step}/${ballot ? ballotText(ballot) : ''}`))
  return /^0+$/.test(id) ? '1'.padStart(16, '0') : id
}

/** For a run of a task that carries a context: what the run does is part of its step. */
export function traceparentOfRun(task: TaskId, ballot: Ballot, carried: string): string {
  const { traceId, sampled } = traceContextOf(task, carried)
  return `00-${traceId}-${spanIdOf(task, 'run', ballot)}-${sampled ? '01' : '00'}`
}
