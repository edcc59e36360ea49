import type { MessagePort } from 'node:worker_threads'

/** What goes to a worker thread: plain data, one message a call. */
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
  /** when it was sent to its thread, by the clock that all threads share, ms */
  sentMs: number
  /** by that clock: whose turn comes later does not begin any more, since its task may have been started elsewhere */
  beginByMs?: number
}

/** What a thread gets to hear first. */
export interface LaneStart {
  port: MessagePort
  /** of `CallClaims` */
  claims: SharedArrayBuffer
}

/**
 * What a thread is asked; it does one after the other. Calls that were taken back are not answered. `end`: nothing more; it is
 * not answered either.
 */
export type LaneAsk =
  | { ask: 'run'; call: FunctionCall }
  /** the names of the functions that a module exports */
  | { ask: 'list'; path: string; name: string }
  /** to have a module loaded; true where it was not */
  | { ask: 'warm'; path: string; name: string }
  | { ask: 'end' }

export type LaneAnswer = { value: unknown } | { error: unknown }

/** What comes back. `value` is JSON text. */
export interface FunctionAnswer {
  value?: string
  /** its turn came too late: it has not begun */
  late?: true
  /** why it failed, for people */
  error?: string
  /** absent when it wrote nothing, as most do */
  rest?: Rest
  cpuMs: number
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
