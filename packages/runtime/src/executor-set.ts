import type { PeerInput, RunOrder, StopCode, WarmOrder } from '@souk/peer'
import { type Ballot, emptyResult, type TaskId } from '@souk/wire'
import type { PeerMachine } from './driver-options.ts'
import type { Clock, Executor, MeasuredRun, RunEvents } from './ports.ts'

interface RunsOf {
  peer: Pick<PeerMachine, 'runsUntilMs'>
  clock: Pick<Clock, 'now'>
}

/** What executors report, as inputs for the machine, and what they may ask of it. */
export function runEvents(deliver: (input: PeerInput) => void, { peer, clock }: RunsOf): RunEvents {
  return {
    leaseLeftMs: (task, ballot) => Math.max(0, (peer.runsUntilMs(task, ballot) ?? 0) - clock.now()),
    running: (task, ballot) => deliver({ type: 'running', task, ballot }),
    output: (task, ballot, stream, offset, data) => deliver({ type: 'output', task, ballot, stream, offset, data }),
    ran: (task, ballot, result, warmUpMs) =>
      deliver({ type: 'ran', task, ballot, result, ...(warmUpMs === undefined ? {} : { warmUpMs }) }),
    warmed: (answer) => deliver({ type: 'warmed', ...answer }),
  }
}

/** The executors of this host by the kind of work they run. */
export class ExecutorSet {
  readonly #byKind: Map<string, Executor>
  #events: RunEvents | undefined

  constructor(executors: Executor[]) {
    this.#byKind = new Map(executors.map((executor) => [executor.kind, executor]))
  }

  async start(events: RunEvents, signal: AbortSignal): Promise<void> {
    this.#events = events
    for (const executor of this.#byKind.values()) await executor.start(events, signal)
  }

  /** All at once; one that cannot stop does not keep the others from it. */
  async stop(): Promise<void> {
    const ended = await Promise.allSettled([...this.#byKind.values()].map((executor) => executor.stop()))
    const failures = ended.flatMap((end) => (end.status === 'rejected' ? [end.reason as unknown] : []))
    if (failures.length > 0) throw new AggregateError(failures, 'executors did not stop')
  }

  run(order: RunOrder): void {
    const { kind } = order.record.spec.work
    const executor = this.#byKind.get(kind)
    if (executor) executor.run(order)
    else this.#events?.ran(order.task, order.ballot, emptyResult('refused', 1, `This host runs no ${kind} tasks.`))
  }

  warm(order: WarmOrder): void {
    const executor = this.#byKind.get(order.work.process ? 'process' : 'function')
    if (executor?.warm) executor.warm(order)
    else this.#events?.warmed({ class: order.class, workers: 0, tookMs: 0, code: 'cannot-warm' })
  }

  /** Every run that there is at this moment. */
  underWay(): MeasuredRun[] {
    return [...this.#byKind.values()].flatMap((executor) => executor.underWay())
  }

  /** The effect does not say which kind it is; executors ignore runs they do not know. */
  halt(task: TaskId, ballot: Ballot, code: StopCode): void {
    for (const executor of this.#byKind.values()) executor.halt(task, ballot, code)
  }
}
