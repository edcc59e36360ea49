import type { PeerEffect, PeerInput, RunOrder, WarmOrder } from '@souk/peer'
import { emptyResult } from '@souk/wire'
import type { PeerMachine } from './driver-options.ts'
import type { Clock, Executor, MeasuredRun, RunEvents } from './ports.ts'

/** What executors carry out. */
export type ExecutorEffect = Extract<PeerEffect, { type: 'run' | 'lineUp' | 'takeBack' | 'stop' | 'warm' }>

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
    takenBack: (task, ballot) => deliver({ type: 'takenBack', task, ballot }),
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

  /** Functions of which calls may be lined up. */
  linedFunctions(): string[] {
    return [...this.#byKind.values()].flatMap((executor) => executor.linedFunctions?.() ?? [])
  }

  carryOut(effect: ExecutorEffect): void {
    switch (effect.type) {
      case 'run':
        this.#run(effect.order)
        break
      case 'lineUp':
        this.#lineUp(effect)
        break
      case 'warm':
        this.#warm(effect.order)
        break
      // These do not say which kind it is; executors ignore runs they do not know.
      case 'takeBack':
        for (const executor of this.#byKind.values()) executor.takeBack?.(effect.task, effect.ballot)
        break
      case 'stop':
        for (const executor of this.#byKind.values()) executor.halt(effect.task, effect.ballot, effect.code)
        break
    }
  }

  /** Every run that there is at this moment. */
  underWay(): MeasuredRun[] {
    return [...this.#byKind.values()].flatMap((executor) => executor.underWay())
  }

  #run(order: RunOrder): void {
    const { kind } = order.record.spec.work
    const executor = this.#byKind.get(kind)
    if (executor) executor.run(order)
    else this.#events?.ran(order.task, order.ballot, emptyResult('refused', 1, `This host runs no ${kind} tasks.`))
  }

  #lineUp({ order, behind }: Extract<ExecutorEffect, { type: 'lineUp' }>): void {
    const executor = this.#byKind.get(order.record.spec.work.kind)
    if (executor?.lineUp) executor.lineUp(order, behind)
    else this.#events?.takenBack(order.task, order.ballot)
  }

  #warm(order: WarmOrder): void {
    const executor = this.#byKind.get(order.work.process ? 'process' : 'function')
    if (executor?.warm) executor.warm(order)
    else this.#events?.warmed({ class: order.class, workers: 0, tookMs: 0, code: 'cannot-warm' })
  }
}
