/**
 * The public interface of the SDK. Everything here goes over the HTTP API of any peer; nothing is Node-only.
 * All functions take an AbortSignal; all errors are SoukError with a stable code.
 */

import type { GpuAmounts } from './gpu-amounts.ts'
import type { TransportFactory } from './http-transport.ts'
import type { HostInventory } from './inventory.ts'
import type { Status } from './status.ts'

export type { GpuAmounts } from './gpu-amounts.ts'
export type { HostInventory, InventoryEntry, UsageHour } from './inventory.ts'
export type { Keeping, Status } from './status.ts'

/** Amounts as people write them: numbers, or text such as '500m' CPU, '2G' memory. */
export interface Request {
  /** CPUs, such as 2 or '500m'; default 1 */
  cpu?: number | string
  /** bytes, such as '512M'; default 0 */
  memory?: number | string
  disk?: number | string
  /** whole devices, or a share of one below 1; or what kind of devices */
  gpu?: number | GpuAmounts
  network?: number | string
  slots?: number
  custom?: Record<string, number>
}

/** A file that travels with a task. Put its content with `putBlob` first. */
export interface FileInput {
  path: string
  hash: string
  sizeBytes: number
  mode?: number
}

/** One task as a client writes it; what is left out has the documented default. */
export interface Task {
  /** a command: argv, no shell */
  argv?: string[]
  env?: Record<string, string>
  /** text, or base-64 through stdinBase64, or a blob */
  stdin?: string
  stdinBase64?: string
  stdinBlob?: { hash: string; sizeBytes: number }
  /** or a function: registered name, or an export of `module` */
  function?: string
  args?: unknown[]
  module?: FileInput
  name?: string
  tenant?: string
  class?: string
  request?: Request
  priority?: 'critical' | 'high' | 'medium' | 'low'
  labels?: Record<string, string>
  inputs?: FileInput[]
  outputs?: string[]
  timeoutMs?: number
  retries?: number
  attemptsMax?: number
  outputBytesMax?: number
  /** accepted once it is: on most of its custodians' disks (default), on this peer's disk, in this peer's memory */
  durability?: 'quorum' | 'local' | 'none'
  /** at-most-once: where its host vanishes after it may have begun, it ends as `lost` instead of running again */
  starts?: 'at-least-once' | 'at-most-once'
  /** it ends as `expired` when it has no outcome so long after it was submitted; 0, the default: never */
  expiresMs?: number
  failIfUnplaceable?: boolean
  /** idempotency key: the same one gives the same task, at whatever peer; the client makes one where none is */
  key?: string
}

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
  attempts: { host: string; code: string; message: string }[]
  endedAt: string
}

export interface OutputChunk {
  task: string
  stream: 'stdout' | 'stderr'
  offset: number
  data: Uint8Array
}

/** A submitted task: `id` resolves when it is accepted (see `durability`); `outcome` when it has ended. */
export interface Handle {
  readonly id: Promise<string>
  /**
   * The idempotency key: the caller's, or the one that was made up. A submit of which nothing is known is safe to
   * repeat with it. Until it has ended a key that was made up may still be replaced
   */
  readonly key: string
  readonly outcome: Promise<Outcome>
  cancel(reason?: string): Promise<CancelAnswer>
}

/** How a client connects; everything has a default. */
export interface ConnectOptions {
  signal?: AbortSignal
  /** how requests travel; default `fetch` */
  transport?: TransportFactory
  /** ask who is there before `connect` resolves, so that a wrong address or token shows at once; default true */
  probe?: boolean
  /** until an endpoint has answered for the first time: how long one is looked for; default 3,000 */
  connectMsMax?: number
  /** afterwards: how long a request looks for a living endpoint before it rejects with `unreachable`; default 30,000 */
  reconnectMsMax?: number
  /** how long nobody who keeps a watched task may be in reach before its outcome rejects with `task-unreachable`; default 60,000 */
  custodianMsMax?: number
}

export type CancelAnswer = 'cancelled' | 'closed-before' | 'unknown' | 'stopping' | 'unreachable'

export interface TaskLine {
  id: string
  name: string
  class: string
  tenant: string
  priority: string
  state: string
  kind?: string
  code?: string
  origin: string
  host?: string
  attempts: number
  submittedAt: string
  endedAt?: string
}

export interface PeerLine {
  id: string
  name: string
  role: string
  self: boolean
  state: 'alive' | 'suspect' | 'dead' | 'left' | 'unknown'
  connected: boolean
  rttMs?: number
  summary: string
  capacity: Record<string, unknown>
  free?: Record<string, unknown>
  executors: string[]
  functions: string[]
  labels: Record<string, string>
  running: number
  waiting: number
  draining: boolean
  addresses: string[]
}

/** How far a peer got with another, hop by hop; where `authenticated` is false the way between them is broken. */
export interface LinkLine {
  id: string
  /** '' while it has shown no certificate */
  name: string
  addresses: string[]
  /** an address is known: told by others, by an invitation, or found on the local network */
  discovered: boolean
  /** its addresses were tried at least once */
  dialled: boolean
  /** an encrypted connection is open */
  connected: boolean
  /** both have accepted each other's certificate, and the stream between them is open */
  authenticated: boolean
  /** it listens to adverts by gossip */
  subscribed: boolean
  /** since the last success */
  failures: number
  lastError?: { code: string; message: string }
}

export interface SubmitOptions {
  signal?: AbortSignal
  /**
   * Output in order and without gaps: live as it comes; where live output was skipped (too fast, a reconnect), the
   * rest comes when the task has ended, before `outcome` resolves.
   */
  onOutput?: (chunk: OutputChunk) => void
}

export interface MapOptions<T> extends SubmitOptions {
  /** at most this many unfinished at once; default 10,000 */
  inFlightMax?: number
  onEnd?: (outcome: Outcome, index: number, item: T) => void
}

/** An attached program that serves functions to the whole mesh until it is closed. */
export interface Agent {
  readonly functions: string[]
  /** resolves when it was closed; rejects where it cannot serve any more (its token was taken back, say) */
  readonly closed: Promise<void>
  close(): Promise<void>
}

export interface SoukClient {
  /** queues; all submits of one turn travel in one request */
  submit(task: Task, options?: SubmitOptions): Handle
  /** outcomes in the order of the items; rejects on the first refusal, never on a failed task */
  map<T>(items: Iterable<T>, toTask: (item: T, index: number) => Task, options?: MapOptions<T>): Promise<Outcome[]>
  /** serves these functions as tasks from anywhere in the mesh */
  agent(options: {
    functions: Record<string, (...args: never[]) => unknown>
    slots?: number
    signal?: AbortSignal
  }): Promise<Agent>
  /** the outcome of a task submitted anywhere; waits for it */
  wait(task: string, signal?: AbortSignal): Promise<Outcome>
  cancel(task: string, reason?: string, signal?: AbortSignal): Promise<CancelAnswer>
  /** everything known of one task, with its decision record and timeline; the id may be shortened, or 'last' */
  task(id: string, signal?: AbortSignal): Promise<TaskDetail>
  /** turns 'last' or a shortened id into the whole id; code `task-unknown` or `task-ambiguous` */
  resolve(id: string, signal?: AbortSignal): Promise<string>
  tasks(options?: {
    limit?: number
    prefix?: string
    states?: string[]
    here?: boolean
    signal?: AbortSignal
  }): Promise<{ tasks: TaskLine[]; total: number; missing: string[] }>
  /**
   * Output until the run ends: of an ended task all of it; of a running one what its host still keeps, then live.
   * Offsets show what was skipped. With `follow: false` it ends where the live part would begin.
   */
  logs(task: string, signal?: AbortSignal, options?: { follow?: boolean }): AsyncIterable<OutputChunk>
  peers(signal?: AbortSignal): Promise<PeerLine[]>
  /** how far the connected peer got with each other one: what `souk doctor` shows */
  links(signal?: AbortSignal): Promise<LinkLine[]>
  /** everything that the connected peer's host has */
  inventory(signal?: AbortSignal): Promise<HostInventory>
  status(signal?: AbortSignal): Promise<Status>
  /** trace events as they happen */
  events(signal?: AbortSignal): AsyncIterable<Record<string, unknown>>
  putBlob(data: Uint8Array, signal?: AbortSignal): Promise<{ hash: string; sizeBytes: number }>
  /** the whole blob, from wherever it is kept; `task` helps to find it */
  getBlob(hash: string, options?: { task?: string; signal?: AbortSignal }): Promise<Uint8Array>
  /** a one-line invitation for another host or person; role admin */
  invite(options?: {
    role?: 'host' | 'submit' | 'observe' | 'admin'
    name?: string
    /** how many may join with it; default 1 */
    uses?: number
    /** how long the line is good for */
    validMs?: number
    signal?: AbortSignal
  }): Promise<{ line: string; expiresAt: string }>
  /** asks the connected peer to stop; role admin */
  stop(signal?: AbortSignal): Promise<void>
  close(): Promise<void>
}

/** The task's view as the wire has it, with dates as ISO text. */
export interface TaskDetail {
  id: string
  state: string
  ballot: string
  bearer?: string
  origin: string
  /** who keeps it: its custodians of this version. Who of them can be reached: `peers` tells */
  custodians: string[]
  /** of its custodians: 1 at first, one more each time that others take the place of those that are gone */
  version: number
  submittedAt: string
  spec: Record<string, unknown>
  outcome?: Outcome
  decision?: Record<string, unknown>
  attempts: { host: string; code: string; message: string }[]
  timeline: { at: string; peer: string; event: string; detail: string }[]
}
