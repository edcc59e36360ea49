/**
 * The public interface of the SDK. Everything here goes over the HTTP API of any peer; nothing is Node-only.
 * All functions take an AbortSignal; all errors are SoukError with a stable code.
 */

import type { DrainCalls } from './drain.ts'
import type { EventsQuery } from './events.ts'
import type { GpuAmounts } from './gpu-amounts.ts'
import type { InsightCalls, TaskLine } from './history.ts'
import type { TransportFactory } from './http-transport.ts'
import type { HostInventory } from './inventory.ts'
import type { LoginCalls } from './login.ts'
import type { MembershipCalls } from './membership.ts'
import type { Outcome } from './outcome.ts'
import type { LinkLine, PeerLine } from './peer-lines.ts'
import type { Plan, PlanOptions } from './plan.ts'
import type { ScaleCalls } from './scale.ts'
import type { Status } from './status.ts'
import type { TaskDetail } from './task-detail.ts'
import type { TasksOptions } from './tasks-options.ts'

export type * from './analysis.ts'
export type { Balance, PlannedMove, RedistributionPlan } from './balance.ts'
export type { ComparedWays, Cost, CostQuery, Spent, SpentGroups } from './cost.ts'
export type { DrainCalls, DrainOptions, DrainProgress } from './drain.ts'
export type { EventsQuery } from './events.ts'
export type { ClassForecast, Forecast, ForecastAccuracy, ForecastQuery } from './forecast.ts'
export type { GpuAmounts } from './gpu-amounts.ts'
export type { HistoryPage, HistoryQuery, TaskLine } from './history.ts'
export type { HostInventory, InventoryEntry, UsageHour, UsageReading } from './inventory.ts'
export type { LoginCalls, LoginCode, Who } from './login.ts'
export type { InviteOptions, MembershipCalls, Removed, RemoveOptions } from './membership.ts'
export type { Outcome, OutputFile } from './outcome.ts'
export type { LinkLine, PeerLine } from './peer-lines.ts'
export type { Plan, PlanOfObjective, PlanOptions, PlanPlacing, PlanReason } from './plan.ts'
export type { AppliedPlan, RebalanceStatus, WaitForecast } from './rebalance.ts'
export type { Reweighed, Reweighing } from './reweigh.ts'
export type { RunUsage } from './run-usage.ts'
export type { Scale, ScaleCalls, ScaleClass, ScaleEntry, ScalePlan } from './scale.ts'
export type { AuditBreach, AuditStatus, Keeping, LimitKeeper, Limits, Status, Timer } from './status.ts'
export type { Straggler } from './straggler.ts'
export type { TaskDetail } from './task-detail.ts'
export type { TasksOptions } from './tasks-options.ts'
export type { Trace, TracedEvent, TraceQuery } from './trace.ts'
export type { WouldHelp } from './would-help.ts'

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

/**
 * To the tasks of a group: `db` on one host, `zone:db` in one zone (hosts with one value of the label `zone`), of those whose
 * own group says so as well (`zone:db`). Where it is not required (the default is that it is) it counts in
 * the choice of a host.
 */
export interface TaskTie {
  group: string
  required?: boolean
}

/** A file that travels with a task. Put its content with `putBlob` first. */
export interface FileInput {
  path: string
  hash: string
  sizeBytes: number
  mode?: number
}

/**
 * What a task waits for: an id (it may be shortened), or in one request the key or the name of another task there. `on`:
 * that it succeeds (the default; where it does not, the waiting task ends as `cancelled`), or just that it ends
 */
export type After = string | { task: string; on?: 'succeeded' | 'ended' }

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
  /** what will do instead, in order of preference; at most 4. The task reads SOUK_ALTERNATIVE: 0 is `request` */
  alternatives?: Request[]
  priority?: 'critical' | 'high' | 'medium' | 'low'
  labels?: Record<string, string>
  /** what the host must meet beside the labels: `zone in (a, b) && gpu.model ~ "A100" && cores >= 8 && !spot` */
  where?: string
  /** the name that other tasks may be tied to; `zone:db`: by their zone as well */
  group?: string
  /** on a host where some of that group runs or waits */
  near?: TaskTie[]
  /** on a host where none of it does; where required, none of it comes there later either */
  apart?: TaskTie[]
  inputs?: FileInput[]
  outputs?: string[]
  /** how long you think it runs: used until tasks of its class were seen to run */
  expectedMs?: number
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
  /** it is wanted by so long after the submit: earliest first among its like; nothing ends it then */
  deadlineMs?: number
  failIfUnplaceable?: boolean
  /** what its host is chosen for among those with room; default: what its bearer declares for its class, else balanced */
  objective?: 'balanced' | 'fast' | 'pack' | 'spread' | 'cheap'
  /** the W3C's trace context of whoever submits it: its spans, and what its run traces, belong there (TRACEPARENT) */
  traceparent?: string
  /**
   * a command that can be stopped and go on elsewhere: when its peer drains it gets SIGTERM, and what it then writes to this
   * file of its folder goes along to the next run, which reads SOUK_CHECKPOINT. `graceMs` is how long it may take for that
   */
  checkpoint?: { path: string; graceMs?: number }
  /** two runs of it at once do no harm: where its peer speculates, a run that lags is raced by a second one */
  idempotent?: boolean
  /** it is accepted at once, and placed when all of these have ended as wanted */
  after?: After[]
  /**
   * it starts together with others, or not at all: like tasks that differ by `rank` (0 to size - 1). The id takes the place
   * of a key for all of them. `submitGang` fills this in
   */
  gang?: { id: string; size: number; rank: number }
  /** idempotency key: the same one gives the same task, at whatever peer; the client makes one where none is */
  key?: string
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
  /**
   * how long nobody who keeps a watched task may be in reach before its outcome rejects with `task-unreachable`, and
   * nobody who may have kept a submit without an answer before that rejects with `submit-unknown`; default 60,000
   */
  custodianMsMax?: number
}

export type CancelAnswer = 'cancelled' | 'closed-before' | 'unknown' | 'stopping' | 'endable' | 'unreachable'

/** The same of tasks whose handles the caller has; the submit goes out once those are accepted. */
export type AfterHandle = Handle | { task: Handle; on?: 'succeeded' | 'ended' }

export interface SubmitOptions {
  signal?: AbortSignal
  /** beside the ids in the task's own `after`; where one is refused this one rejects with `after-refused` */
  after?: AfterHandle[]
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

export interface AgentOptions {
  functions: Record<string, (...args: never[]) => unknown>
  /** calls at once; default 1 */
  slots?: number
  /**
   * So many calls of a function are expected at once soon (at most as many as there are slots): load what it needs. Called
   * every ten seconds while that is so; what it throws is ignored. Peers order this where it has proved cheaper than not to.
   */
  warm?: (name: string, calls: number) => unknown
  signal?: AbortSignal
}

/** An attached program that serves functions to the whole mesh until it is closed. */
export interface Agent {
  readonly functions: string[]
  /** resolves when it was closed; rejects where it cannot serve any more (its token was taken back, say) */
  readonly closed: Promise<void>
  close(): Promise<void>
}

export interface SoukClient extends InsightCalls, DrainCalls, LoginCalls, MembershipCalls, ScaleCalls {
  /** queues; all submits of one turn travel in one request */
  submit(task: Task, options?: SubmitOptions): Handle
  /**
   * Many at once, which may wait for each other: an `after` may name the key or the name of another task of the list. Those
   * that wait for themselves reject with `after-cycle`.
   */
  submitAll(tasks: readonly Task[], options?: SubmitOptions): Handle[]
  /**
   * `size` copies of a task, by rank, which start together or not at all; its key is that of the whole gang. Where one is
   * refused those that were accepted are cancelled. Throws `option-invalid` for sizes other than 2 to 64.
   */
  submitGang(task: Task, size: number, options?: SubmitOptions): Handle[]
  /**
   * Where each objective would put these tasks (256 at most) if they were submitted now; nothing is. Quotas and ties count,
   * and each starts when those of the list that it waits for have ended. Of gangs all members are to be
   * among them: they start at one time
   */
  plan(tasks: Task[], options?: PlanOptions): Promise<Plan>
  /** outcomes in the order of the items; rejects on the first refusal, never on a failed task */
  map<T>(items: Iterable<T>, toTask: (item: T, index: number) => Task, options?: MapOptions<T>): Promise<Outcome[]>
  /** serves these functions as tasks from anywhere in the mesh */
  agent(options: AgentOptions): Promise<Agent>
  /** the outcome of a task submitted anywhere; waits for it */
  wait(task: string, signal?: AbortSignal): Promise<Outcome>
  cancel(task: string, reason?: string, signal?: AbortSignal): Promise<CancelAnswer>
  /**
   * Cancels also a task that can never end otherwise, since most of its custodians were removed from the mesh
   * (`unendable` of its detail): those that are left end it, and what the others knew of it is given up. It may have run.
   * `endable`: enough are left after all, so it goes on.
   */
  giveUp(task: string, reason?: string, signal?: AbortSignal): Promise<CancelAnswer>
  /** everything known of one task, with its decision record and timeline; the id may be shortened, or 'last' */
  task(id: string, signal?: AbortSignal): Promise<TaskDetail>
  /** turns 'last' or a shortened id into the whole id; code `task-unknown` or `task-ambiguous` */
  resolve(id: string, signal?: AbortSignal): Promise<string>
  tasks(options?: TasksOptions): Promise<{ tasks: TaskLine[]; total: number; missing: string[] }>
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
  /** trace events of the connected peer as they happen, each with `wallMs`; `dropped` says how many a slow reader has missed */
  events(signal?: AbortSignal, query?: EventsQuery): AsyncIterable<Record<string, unknown>>
  putBlob(data: Uint8Array, signal?: AbortSignal): Promise<{ hash: string; sizeBytes: number }>
  /** the whole blob, from wherever it is kept; `task` helps to find it */
  getBlob(hash: string, options?: { task?: string; signal?: AbortSignal }): Promise<Uint8Array>
  /** asks the connected peer to stop; role admin */
  stop(signal?: AbortSignal): Promise<void>
  close(): Promise<void>
}
