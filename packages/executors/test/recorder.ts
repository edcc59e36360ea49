import type { RunEvents, Warmed } from '@souk/runtime'
import type { Ballot, Body, RunResult, TaskId } from '@souk/wire'

/** Hears an executor, and lets a test wait for what it hears. */
export class Recorder implements RunEvents {
  readonly log: string[] = []
  leaseMs = Infinity
  readonly results = new Map<TaskId, RunResult>()
  readonly warmUps = new Map<TaskId, number | undefined>()
  readonly warmedAnswers: Warmed[] = []
  readonly #output = new Map<string, string>()
  #waiters: { check: () => boolean; resolve: () => void }[] = []

  leaseLeftMs(): number {
    return this.leaseMs
  }

  running(task: TaskId, _ballot: Ballot): void {
    this.log.push(`running ${task}`)
    this.#wake()
  }

  output(task: TaskId, _ballot: Ballot, stream: 'stdout' | 'stderr', offset: number, data: Uint8Array): void {
    const key = `${task} ${stream}`
    const before = this.#output.get(key) ?? ''
    if (offset !== before.length) throw new Error(`output at ${offset}, expected ${before.length}`)
    this.#output.set(key, before + Buffer.from(data).toString('latin1'))
    this.#wake()
  }

  warmed(answer: Warmed): void {
    this.warmedAnswers.push(answer)
    this.#wake()
  }

  ran(task: TaskId, _ballot: Ballot, result: RunResult, warmUpMs?: number): void {
    if (this.results.has(task)) throw new Error(`${task} ran twice`)
    this.log.push(`ran ${task}`)
    this.results.set(task, result)
    this.warmUps.set(task, warmUpMs)
    this.#wake()
  }

  takenBack(task: TaskId, _ballot: Ballot): void {
    this.log.push(`taken back ${task}`)
    this.#wake()
  }

  live(task: TaskId, stream: 'stdout' | 'stderr' = 'stdout'): string {
    return this.#output.get(`${task} ${stream}`) ?? ''
  }

  async result(task: TaskId): Promise<RunResult> {
    await this.until(() => this.results.has(task))
    return this.results.get(task)!
  }

  async started(task: TaskId): Promise<void> {
    await this.until(() => this.log.includes(`running ${task}`))
  }

  until(check: () => boolean): Promise<void> {
    if (check()) return Promise.resolve()
    return new Promise((resolve) => this.#waiters.push({ check, resolve }))
  }

  #wake(): void {
    const waiting = this.#waiters
    this.#waiters = waiting.filter((waiter) => !waiter.check())
    for (const waiter of waiting) if (!this.#waiters.includes(waiter)) waiter.resolve()
  }
}

export function text(body: Body | undefined): string {
  if (!(body instanceof Uint8Array)) throw new Error('not inline')
  return new TextDecoder().decode(body)
}
