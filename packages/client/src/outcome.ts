import type { RunUsage } from './run-usage.ts'

export interface OutputFile {
  path: string
  hash: string
  sizeBytes: number
  mode: number
}

/** How a task ended. */
export interface Outcome {
  task: string
  kind: 'succeeded' | 'failed' | 'cancelled' | 'expired' | 'lost' | 'quarantined'
  code: string
  message: string
  host?: string
  exitCode?: number
  /** a function's result */
  value?: unknown
  /** a result over 64 KiB, where the client could not fetch it into `value` */
  valueBlob?: { hash: string; sizeBytes: number }
  /** text of stdout / stderr while small; larger output is a blob */
  stdout?: string
  stderr?: string
  /** instead of stdout / stderr where the bytes are not UTF-8 text */
  stdoutBase64?: string
  stderrBase64?: string
  stdoutBlob?: { hash: string; sizeBytes: number }
  stderrBlob?: { hash: string; sizeBytes: number }
  files: OutputFile[]
  droppedBytes: number
  runMs: number
  usage?: RunUsage
  attempts: { host: string; code: string; message: string }[]
  endedAt: string
}
