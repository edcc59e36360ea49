import type { Analysis, AnalysisQuery } from './analysis.ts'
import type { Balance } from './balance.ts'
import type { Cost, CostQuery } from './cost.ts'
import type { Forecast, ForecastQuery } from './forecast.ts'
import type { Reweighed, Reweighing } from './reweigh.ts'
import type { RunUsage } from './run-usage.ts'
import type { Trace, TraceQuery } from './trace.ts'

/** One task of a listing. */
export interface TaskLine {
  id: string
  name: string
  class: string
  tenant: string
  priority: string
  state: string
  executor: 'process' | 'function'
  /** in the mesh's own integers: cpuMilli, memoryBytes, gpu {count, milli} … */
  request: Record<string, unknown>
  kind?: string
  code?: string
  origin: string
  /** who ran it; of an open one who bears it */
  host?: string
  /** which of what it asks for it was given: its place among the alternatives, from 1; absent: the request itself */
  alternative?: number
  /** how its place was chosen: local, load-stamp, auction, wanted …; kept as long as the result */
  how?: string
  attempts: number
  submittedAt: string
  /** when its last run began, and what came before that since the submit */
  startedAt?: string
  waitedMs?: number
  /** by when it was wanted, where it had a deadline */
  dueAt?: string
  /** how long that run took; of an ended one */
  ranMs?: number
  endedAt?: string
  usage?: RunUsage
}

/** Which past tasks are wanted: all that is given must fit. Times are those of the submit. */
export interface HistoryQuery {
  /** 1 to 1,024 for one page; default 100 */
  limit?: number
  /** `*` stands for any text, `?` for any one character; at most 64 characters */
  name?: string
  class?: string
  tenant?: string
  /** name or id of the peer that ran it */
  peer?: string
  /** any of succeeded, failed, cancelled, expired, lost, quarantined */
  outcomes?: string[]
  priority?: string
  since?: Date
  until?: Date
  /** `next` of the page before */
  after?: string
}

export interface HistoryPage {
  tasks: TaskLine[]
  /** of all pages from this one on */
  total: number
  /** peers that did not answer; what only they keep is not told */
  missing: string[]
  /** where the next page goes on; absent after the last */
  next?: string
}

/** What was, and what is going on: reads over the whole mesh, through any peer. */
export interface InsightCalls {
  /** ended tasks, newest submit first. Rejects with `request-invalid`, `peer-unknown` */
  history(query?: HistoryQuery, signal?: AbortSignal): Promise<HistoryPage>
  /** what all peers have kept of their trace events. Rejects with `request-invalid`, `peer-unknown` */
  trace(query?: TraceQuery, signal?: AbortSignal): Promise<Trace>
  /** a task's bids with other weights. Rejects with `task-unknown`, `not-decided`, `no-bids`, `request-invalid` */
  reweigh(task: string, by: Reweighing, signal?: AbortSignal): Promise<Reweighed>
  /** what is asked of the mesh, or of one peer. Rejects with `request-invalid`, `peer-unknown` */
  analysis(query?: AnalysisQuery, signal?: AbortSignal): Promise<Analysis>
  /** how work is spread over the mesh now, and whether moving some would gain anything */
  balance(signal?: AbortSignal): Promise<Balance>
  /** what tasks have cost over the whole mesh. Rejects with `request-invalid` */
  cost(query?: CostQuery, signal?: AbortSignal): Promise<Cost>
  /** what the peer that answers counts and foretells of the classes it runs */
  forecast(query?: ForecastQuery, signal?: AbortSignal): Promise<Forecast>
}
