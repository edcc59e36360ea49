import type { RunOrder, StopCode } from '@souk/peer'
import type { Ballot, RunResult, TaskId } from '@souk/wire'
import type { Executor, MeasuredRun, RunEvents } from '../src/index.ts'

const result = (end: RunResult['end']): RunResult => ({
  end,
  exitCode: end === 'ok' ? 0 : 1,
  message: '',
  stdout: new Uint8Array(),
  stderr: new Uint8Array(),
  files: [],
  droppedBytes: 0,
  runMs: 1,
  cpuMs: 1,
  memoryPeakBytes: 1,
})

/** Runs stay until they are halted or the executor stops; `running` is told at once, within `run`. */
export class ToyExecutor implements Executor {
  readonly kind = 'process'
  readonly runs = new Map<TaskId, Ballot>()
  readonly halted: StopCode[] = []
  events: RunEvents | undefined

  async start(events: RunEvents): Promise<void> {
    this.events = events
  }

  linedFunctions(): string[] {
    return this.events ? ['one'] : []
  }

  async stop(): Promise<void> {
    for (const [task, ballot] of this.runs) this.halt(task, ballot, 'shutdown')
  }

  run(order: RunOrder): void {
    this.runs.set(order.task, order.ballot)
    this.events?.running(order.task, order.ballot)
  }

  underWay(): MeasuredRun[] {
    return [...this.runs].map(([task, ballot]) => ({ task, ballot }))
  }

  halt(task: TaskId, ballot: Ballot, code: StopCode): void {
    if (!this.runs.delete(task)) return
    this.halted.push(code)
    this.events?.ran(task, ballot, result('stopped'))
  }
}
