import { AbortGroup } from './abort-group.ts'
import { withAfter } from './after-handles.ts'
import { ServingAgent } from './agent.ts'
import type { AnalysisQuery } from './analysis.ts'
import type {
  Agent,
  AgentOptions,
  CancelAnswer,
  ConnectOptions,
  Handle,
  MapOptions,
  Outcome,
  PlanOptions,
  SoukClient,
  SubmitOptions,
  Task,
} from './api.ts'
import { getBlob, putBlob } from './blobs.ts'
import { type CallParts, call } from './call.ts'
import { cancelTask } from './cancel-call.ts'
import type { CostQuery } from './cost.ts'
import { costRequest } from './cost-call.ts'
import type { DrainOptions } from './drain.ts'
import { EarlyEvents } from './early-events.ts'
import type { Endpoint } from './endpoint.ts'
import type { EventsQuery } from './events.ts'
import { fetchTransport } from './fetch-transport.ts'
import { finishOutcome } from './finish-outcome.ts'
import type { ForecastQuery } from './forecast.ts'
import type { HistoryQuery } from './history.ts'
import { historyRequest } from './history-call.ts'
import { tasksRequest } from './listing-call.ts'
import { mapTasks } from './map.ts'
import type { InviteOptions, RemoveOptions } from './membership.ts'
import { EndpointPool } from './pool.ts'
import type { Reweighing } from './reweigh.ts'
import type { AnswerOf, RouteName, Routes } from './routes.ts'
import { SoukError } from './souk-error.ts'
import { readLogs, readTrace } from './streams.ts'
import { submitAll } from './submit-all.ts'
import { submitGang } from './submit-gang.ts'
import { SubmitQueue } from './submit-queue.ts'
import { SubmittedTask, type SubmittedTaskOwner } from './submitted-task.ts'
import type { TasksOptions } from './tasks-options.ts'
import { type TraceQuery, traceRequest } from './trace.ts'
import { type Waiter, Watcher } from './watcher.ts'

const connectMsDefault = 3_000
/** of many endpoints each has at least so long to answer */
const probeMsMin = 250
const reconnectMsDefault = 30_000
const custodianMsDefault = 60_000
const wholeIdChars = 24

/** A client whose endpoints nobody has spoken to yet; see `connect`. */
export class Client implements SoukClient {
  readonly #connectMsMax: number
  readonly #pool: EndpointPool
  readonly #closing = new AbortController()
  readonly #aborts = new AbortGroup()
  readonly #unwatchAbort = new Map<SubmittedTask, () => void>()
  readonly #watcher: Watcher
  readonly #submits: SubmitQueue
  readonly #owner: SubmittedTaskOwner
  readonly #agents = new Set<ServingAgent>()

  constructor(endpoints: (string | Endpoint)[], options: ConnectOptions) {
    const { signal } = this.#closing
    const early = new EarlyEvents()
    this.#connectMsMax = options.connectMsMax ?? connectMsDefault
    this.#pool = new EndpointPool(endpoints, options.transport ?? fetchTransport, {
      connectMsMax: this.#connectMsMax,
      reconnectMsMax: options.reconnectMsMax ?? reconnectMsDefault,
    })
    const custodianMsMax = options.custodianMsMax ?? custodianMsDefault
    this.#watcher = new Watcher(this.#pool, { custodianMsMax, early, signal })
    this.#submits = new SubmitQueue(this.#pool, { session: this.#watcher.session, early, signal, custodianMsMax })
    this.#owner = {
      onAccepted: (task, id, generation) => this.#watcher.addSubmitted(id, task, generation),
      onSettled: (task) => {
        this.#unwatchAbort.get(task)?.()
        this.#unwatchAbort.delete(task)
      },
      finish: (outcome, waiter, delivered) => this.#finish(outcome, waiter, delivered),
      cancel: (task, reason) => this.cancel(task, reason),
    }
  }

  /** Asks each endpoint in turn who it is, until one answers; the time for it is shared out between them. */
  async probe(signal: AbortSignal | undefined): Promise<void> {
    const attemptMsMax = Math.max(probeMsMin, Math.ceil(this.#connectMsMax / this.#pool.size))
    await call(this.#pool, 'who', {}, this.#either(signal), { attemptMsMax })
  }

  who(signal?: AbortSignal) {
    return this.#call('who', {}, signal)
  }

  submit(task: Task, options: SubmitOptions = {}): Handle {
    let json = ''
    let failure: SoukError | undefined
    try {
      json = JSON.stringify(task)
    } catch (cause) {
      failure = new SoukError('task-invalid', `the task cannot be written as JSON: ${(cause as Error).message}`, {
        cause,
      })
    }
    if (this.#closing.signal.aborted) failure = new SoukError('closed', 'this client is closed; connect again')
    const submitted = new SubmittedTask(this.#owner, json, {
      key: task.key,
      onOutput: options.onOutput,
    })
    if (failure) {
      submitted.onFail(failure)
      return submitted
    }
    if (options.signal) {
      const stop = (error: SoukError) => {
        submitted.onFail(error)
        if (submitted.accepted !== undefined) this.#watcher.remove(submitted.accepted, submitted)
      }
      const unwatch = this.#aborts.add(options.signal, stop)
      if (submitted.dropped) return submitted
      this.#unwatchAbort.set(submitted, unwatch)
    }
    this.#watcher.open()
    const { after = [] } = options
    if (after.length === 0) this.#submits.push(submitted)
    else void submitted.become(withAfter(task, after)).then((ready) => ready && this.#submits.push(submitted))
    return submitted
  }

  submitAll(tasks: readonly Task[], options: SubmitOptions = {}): Handle[] {
    const failed = ({ key }: Task, error: SoukError) => SubmittedTask.failed(this.#owner, key, error)
    return submitAll((...call) => this.submit(...call), failed, tasks, options)
  }

  submitGang(task: Task, size: number, options: SubmitOptions = {}): Handle[] {
    return submitGang(this, task, size, options)
  }

  plan(tasks: Task[], { assumedMs, signal }: PlanOptions = {}) {
    const body = { tasks, ...(assumedMs === undefined ? {} : { assumedMs }) }
    return this.#call('plan', { body }, signal)
  }

  map<T>(items: Iterable<T>, toTask: (item: T, index: number) => Task, options?: MapOptions<T>): Promise<Outcome[]> {
    return mapTasks(this, items, toTask, options)
  }

  async agent({ functions, slots = 1, warm, signal }: AgentOptions): Promise<Agent> {
    const signals = [this.#closing.signal, ...(signal ? [signal] : [])]
    const agent = new ServingAgent(this.#pool, { functions, slots, warm, signals })
    await agent.start()
    this.#agents.add(agent)
    return agent
  }

  async wait(task: string, signal?: AbortSignal): Promise<Outcome> {
    const id = task.length === wholeIdChars ? task : await this.resolve(task, signal)
    return new Promise<Outcome>((resolve, reject) => {
      const waiter: Waiter = {
        onOutcome: (outcome, delivered) => {
          unwatch()
          const finishing = this.#finish(outcome, waiter, delivered)
          if (finishing) finishing.then(resolve, reject)
          else resolve(outcome)
        },
        onFail: (error) => {
          unwatch()
          reject(error)
        },
      }
      let unwatch = () => {}
      if (this.#closing.signal.aborted) return reject(new SoukError('closed', 'this client is closed; connect again'))
      unwatch = this.#aborts.add(signal, (error) => {
        this.#watcher.remove(id, waiter)
        reject(error)
      })
      if (!signal?.aborted) this.#watcher.addOther(id, waiter)
    })
  }

  cancel(task: string, reason?: string, signal?: AbortSignal): Promise<CancelAnswer> {
    return cancelTask(this.#pool, task, reason === undefined ? {} : { reason }, this.#either(signal))
  }

  giveUp(task: string, reason?: string, signal?: AbortSignal): Promise<CancelAnswer> {
    const body = { unendable: true, ...(reason === undefined ? {} : { reason }) } as const
    return cancelTask(this.#pool, task, body, this.#either(signal))
  }

  task(id: string, signal?: AbortSignal) {
    return this.#call('task', { params: { id } }, signal)
  }

  async resolve(id: string, signal?: AbortSignal): Promise<string> {
    return (await this.#call('resolve', { params: { id } }, signal)).task
  }

  tasks(options: TasksOptions = {}) {
    return this.#call('tasks', { query: tasksRequest(options) }, options.signal)
  }

  history = (query: HistoryQuery = {}, signal?: AbortSignal) =>
    this.#call('history', { query: historyRequest(query) }, signal)
  cost = (query: CostQuery = {}, signal?: AbortSignal) => this.#call('cost', { query: costRequest(query) }, signal)
  reweigh = (id: string, by: Reweighing, signal?: AbortSignal) =>
    this.#call('reweigh', { params: { id }, body: by }, signal)
  trace = (query: TraceQuery = {}, signal?: AbortSignal) => this.#call('trace', { query: traceRequest(query) }, signal)

  forecast({ class: name, buckets }: ForecastQuery = {}, signal?: AbortSignal) {
    const query = { ...(name && { class: name }), ...(buckets && { buckets: String(buckets) }) }
    return this.#call('forecast', { query }, signal)
  }

  analysis({ windowMs, peer }: AnalysisQuery = {}, signal?: AbortSignal) {
    const window = windowMs === undefined ? {} : { window: String(Math.round(windowMs)) }
    return this.#call('analysis', { query: { ...window, ...(peer === undefined ? {} : { peer }) } }, signal)
  }

  logs(task: string, signal?: AbortSignal, options: { follow?: boolean } = {}) {
    return readLogs(this.#pool, task, this.#either(signal), options.follow ?? true)
  }

  links = async (signal?: AbortSignal) => (await this.#call('links', {}, signal)).links
  peers = async (signal?: AbortSignal) => (await this.#call('peers', {}, signal)).peers
  balance = (signal?: AbortSignal) => this.#call('balance', {}, signal)
  inventory = (signal?: AbortSignal) => this.#call('inventory', {}, signal)
  status = (signal?: AbortSignal) => this.#call('status', {}, signal)

  events(signal?: AbortSignal, query: EventsQuery = {}) {
    return readTrace(this.#pool, this.#either(signal), query)
  }

  putBlob(data: Uint8Array, signal?: AbortSignal) {
    return putBlob(this.#pool, data, this.#either(signal))
  }

  getBlob(hash: string, options: { task?: string; signal?: AbortSignal } = {}) {
    return getBlob(this.#pool, hash, { task: options.task, signal: this.#either(options.signal) })
  }

  invite({ signal, ...body }: InviteOptions = {}) {
    return this.#call('invite', { body }, signal)
  }

  remove(peer: string, { signal, ...rest }: RemoveOptions = {}) {
    return this.#call('remove', { body: { peer, ...rest } }, signal)
  }

  drain({ signal, ...body }: DrainOptions = {}) {
    return this.#call('drain', { body }, signal)
  }

  loginCode({ signal, ...body }: Parameters<SoukClient['loginCode']>[0] & object = {}) {
    return this.#call('loginCode', { body }, signal)
  }

  scalePlan = (signal?: AbortSignal) => this.#call('scalePlan', {}, signal)
  scale = (signal?: AbortSignal) => this.#call('scale', { body: {} }, signal)
  applyBalance = (signal?: AbortSignal) => this.#call('applyBalance', { body: {} }, signal)
  undrain = (signal?: AbortSignal) => this.#call('undrain', { body: {} }, signal)

  async stop(signal?: AbortSignal): Promise<void> {
    await this.#call('stop', { body: {} }, signal)
  }

  async close(): Promise<void> {
    await Promise.all([...this.#agents].map((agent) => agent.close()))
    this.#watcher.close()
    this.#closing.abort()
    await this.#pool.close()
  }

  #finish(outcome: Outcome, waiter: Waiter, delivered: { stdout: number; stderr: number }) {
    const onOutput = waiter.onOutput?.bind(waiter)
    return finishOutcome(this.#pool, outcome, { onOutput, delivered, signal: this.#closing.signal })
  }

  #call<N extends RouteName>(
    name: N,
    parts: CallParts<N>,
    signal: AbortSignal | undefined,
  ): Promise<AnswerOf<Routes[N]>> {
    return call(this.#pool, name, parts, this.#either(signal))
  }

  #either(signal: AbortSignal | undefined): AbortSignal {
    return signal ? AbortSignal.any([signal, this.#closing.signal]) : this.#closing.signal
  }
}
