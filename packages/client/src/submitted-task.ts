import type { CancelAnswer, Handle, Outcome, OutputChunk } from './api.ts'
import { asSoukError, type SoukError } from './souk-error.ts'
import type { Submit } from './submit-queue.ts'
import { uniqueId } from './unique-id.ts'
import type { Waiter } from './watcher.ts'

/** What a submitted task needs of its client. */
export interface SubmittedTaskOwner {
  /** it is accepted under this id: its outcome is to be watched */
  onAccepted(task: SubmittedTask, id: string, generation: number): void
  /** fetches what the outcome only refers to, and gives on output that did not come live */
  finish(outcome: Outcome, waiter: Waiter, delivered: { stdout: number; stderr: number }): Promise<Outcome> | undefined
  /** nobody waits any more */
  onSettled(task: SubmittedTask): void
  cancel(task: string, reason?: string): Promise<CancelAnswer>
}

/** One submit from its call to its outcome: the handle that callers hold, and what queue and watcher call back. */
export class SubmittedTask implements Handle, Submit, Waiter {
  readonly live: boolean
  readonly id: Promise<string>
  readonly outcome: Promise<Outcome>
  readonly onOutput?: (chunk: OutputChunk) => void
  readonly #owner: SubmittedTaskOwner
  unknown = 0
  unsure = false
  rekeyed = 0
  awaySince: number | undefined
  keyFresh: boolean
  #json: string
  dropped = false
  /** the id once accepted */
  accepted: string | undefined
  readonly #keyed: boolean
  #key: string
  #onId!: (id: string) => void
  #onIdFail!: (error: SoukError) => void
  #onEnd!: (outcome: Outcome) => void
  #onEndFail!: (error: SoukError) => void

  /** `json`: the task, with its caller's `key` or with none: then one is made up */
  constructor(
    owner: SubmittedTaskOwner,
    json: string,
    { key, onOutput }: { key: string | undefined; onOutput: ((chunk: OutputChunk) => void) | undefined },
  ) {
    this.#owner = owner
    this.#json = json
    this.#keyed = key !== undefined
    this.#key = key ?? uniqueId()
    this.keyFresh = !this.#keyed
    this.live = onOutput !== undefined
    if (onOutput) this.onOutput = onOutput
    this.id = new Promise((resolve, reject) => {
      this.#onId = resolve
      this.#onIdFail = reject
    })
    this.outcome = new Promise((resolve, reject) => {
      this.#onEnd = resolve
      this.#onEndFail = reject
    })
    // A caller may look at one of the two only: the other one's rejection is not unhandled then.
    this.id.catch(() => {})
    this.outcome.catch(() => {})
  }

  /** Of a task that is not sent at all. */
  static failed(owner: SubmittedTaskOwner, key: string | undefined, error: SoukError): SubmittedTask {
    const submitted = new SubmittedTask(owner, '{}', { key, onOutput: undefined })
    submitted.onFail(error)
    return submitted
  }

  get json(): string {
    if (this.#keyed) return this.#json
    return `${this.#json.slice(0, -1)}${this.#json.length > 2 ? ',' : ''}"key":"${this.#key}"}`
  }

  get key(): string {
    return this.#key
  }

  /** Not sent yet, and it is this task under the same key, once that is known. False: nobody waits for it any more. */
  async become(task: Promise<unknown>): Promise<boolean> {
    try {
      this.#json = JSON.stringify(await task)
    } catch (error) {
      this.onFail(asSoukError(error))
    }
    return !this.dropped
  }

  rekey(key = uniqueId()): void {
    this.#key = key
  }

  async cancel(reason?: string): Promise<CancelAnswer> {
    const asked = this.#owner.cancel(await this.id, reason)
    // The outcome says it as well, and may be here first: who closes the client then leaves no question open.
    const ended = this.outcome.then(
      ({ kind }): CancelAnswer => (kind === 'cancelled' ? 'cancelled' : 'closed-before'),
      () => asked,
    )
    return Promise.race([asked, ended])
  }

  onAccepted(id: string, generation: number): void {
    if (this.dropped) return
    this.accepted = id
    this.#onId(id)
    this.#owner.onAccepted(this, id, generation)
  }

  onOutcome(outcome: Outcome, delivered: { stdout: number; stderr: number }): void {
    this.#owner.onSettled(this)
    const finishing = this.#owner.finish(outcome, this, delivered)
    if (finishing) finishing.then(this.#onEnd, this.#onEndFail)
    else this.#onEnd(outcome)
  }

  onFail(error: SoukError): void {
    this.dropped = true
    this.#owner.onSettled(this)
    this.#onIdFail(error)
    this.#onEndFail(error)
  }
}
