/** What goes to a worker thread: plain data, one message a call. */
export interface FunctionCall {
  /** number of the call in its pool */
  id: number
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
}

/** What comes back. `value` is JSON text. */
export interface FunctionAnswer {
  value?: string
  /** why it failed, for people */
  error?: string
  /** absent when it wrote nothing, as most do */
  rest?: Rest
  cpuMs: number
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
