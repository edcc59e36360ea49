import type { MessagePort } from 'node:worker_threads'

/** The clock that all threads share, ms. */
export function sharedNowMs(): number {
  return performance.timeOrigin + performance.now()
}

/** What goes to a worker thread: plain data. */
export interface FunctionCall {
  /** number of the call in its pool */
  id: number
  /** number of the call in its lane, as `CallClaims` counts */
  turn: number
  /** absolute path of the module */
  module: string
  /** how people know the module */
  moduleName: string
  name: string
  /** JSON text of an array */
  args: string
  /** SOUK_… of this run, for the thread's `process.env` */
  variables: Record<string, string>
  outputBytesMax: number
  /** when it was sent to its thread, by `sharedNowMs` */
  sentMs: number
  /**
   * by `sharedNowMs`: if its turn comes later it does not begin any more, since its task may have been started elsewhere. Never
   * later than of what it is lined up behind: where that comes too late, so does this
   */
  beginByMs?: number
}

/** What a thread gets to hear first. */
export interface LaneStart {
  port: MessagePort
  /** of `CallClaims` */
  claims: SharedArrayBuffer
}

/**
 * What a thread is asked, some of it in one message; it does one after the other, and answers each before it goes on. Calls that
 * were taken back are not answered. `end`: nothing more; it is not answered either.
 */
export type LaneAsk =
  | { ask: 'run'; call: FunctionCall }
  /** the names of the functions that a module exports */
  | { ask: 'list'; path: string; name: string }
  /** to have a module loaded; true where it was not */
  | { ask: 'warm'; path: string; name: string }
  | { ask: 'end' }

/** `notBegun`: of a call that was lined up: its turn came too late, and nothing of it has happened. */
export type LaneAnswer<T = unknown> = { value: T } | { error: Error } | { notBegun: true }

/** What comes back. `value` is JSON text. */
export interface FunctionAnswer {
  value?: string
  /** why it failed, for people */
  error?: string
  /** absent when it wrote nothing, as most do */
  rest?: Rest
  cpuMs: number
  /** from its beginning to its end in its thread, warm-up included */
  runMs: number
  /** how long its thread took to start and to load the module, whichever it had to; 0: neither */
  warmUpMs: number
}

/** Output on its way while the function still runs. */
export interface LiveOutput {
  call: number
  stream: 'stdout' | 'stderr'
  offset: number
  data: Uint8Array
}

/** Output that was not yet under way at the end; everything before its offset was. */
export interface Rest {
  droppedBytes: number
  stdout: { offset: number; data: Uint8Array | undefined }
  stderr: { offset: number; data: Uint8Array | undefined }
}
