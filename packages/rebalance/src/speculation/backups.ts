import { Deadlines, type Machine, type Millis } from '@souk/kernel'
import type { Ballot, Checkpoint, MessageOf, PeerId, RunResult, TaskId, TaskRecord } from '@souk/wire'
import { compareBallots } from '@souk/wire'
import type { SpeculationConfig } from './config.ts'

/** An order to this host to run a task. */
export interface BackupTake {
  record: TaskRecord
  alternative: number
  ballot: Ballot
  attempt: number
  leased: boolean
  checkpoint?: Checkpoint | undefined
  backup?: true
}

export type BackupsInput =
  | { type: 'wake' }
  | { type: 'message'; from: PeerId; message: MessageOf<'backup' | 'backupOver'> }
  | { type: 'ended'; task: TaskId; ballot: Ballot; result: RunResult }
  /** this peer now bears a task itself of which it has a second run for another bearer: its own run begins when that is gone */
  | { type: 'yield'; take: BackupTake }
  /** that own run is not to begin after all */
  | { type: 'halt'; task: TaskId; code: 'cancelled' | 'fenced' | 'shutdown' | 'draining' | 'pressure' | 'outrun' }
  /** this peer is about to end */
  | { type: 'leave' }

export type BackupsEffect =
  | { type: 'send'; to: PeerId; message: MessageOf<'backupSaid'> }
  | { type: 'take'; take: BackupTake }
  | { type: 'halt'; task: TaskId; ballot: Ballot; code: 'fenced' }
  /** an own run that waited for a second run to be gone was told to end before it began */
  | {
      type: 'dropped'
      task: TaskId
      ballot: Ballot
      code: 'cancelled' | 'fenced' | 'shutdown' | 'draining' | 'pressure' | 'outrun'
    }

export interface BackupsView {
  /** why this host takes no second run of the task now; undefined: it does */
  refusal(ask: NonNullable<MessageOf<'backup'>['ask']>): string | undefined
  /** this host drains */
  draining(): boolean
}

interface Held {
  task: TaskId
  ballot: Ballot
  for: PeerId
  state: 'runs' | 'stopping' | 'ended'
  result?: RunResult
  /** this peer's own run of the task, which begins when the second run is gone */
  after?: BackupTake
}

/**
 * Second runs that this host has for other bearers, the other side of `Speculator`. This peer bears none of them: it answers
 * each renewal of the bearer with how the run goes, and ends the run when renewals cease.
 *
 * Invariants: I18 one second run a task and `heldMax` on this host, each only as long as its bearer renews it. A task has one
 * run here: an own run of it waits until the second one is gone. Inputs: asks, ends. Effects: answers, orders to the host.
 */
export class Backups implements Machine<BackupsInput, BackupsEffect> {
  readonly #config: SpeculationConfig
  readonly #view: BackupsView
  readonly #held = new Map<TaskId, Held>()
  readonly #leases = new Deadlines<TaskId>()
  #leaving = false

  constructor(config: SpeculationConfig, view: BackupsView) {
    this.#config = config
    this.#view = view
  }

  step(input: BackupsInput, now: Millis, out: BackupsEffect[]): void {
    switch (input.type) {
      case 'message':
        if (input.message.t === 'backup') this.#onBackup(input.from, input.message, now, out)
        else this.#onOver(input.from, input.message, out)
        break
      case 'ended':
        this.#onEnded(input.task, input.ballot, input.result, out)
        break
      case 'yield':
        this.#onYield(input.take, out)
        break
      case 'halt': {
        const held = this.#held.get(input.task)
        if (!held?.after) break
        out.push({ type: 'dropped', task: input.task, ballot: held.after.ballot, code: input.code })
        delete held.after
        break
      }
      case 'leave':
        this.#leaving = true
        for (const held of [...this.#held.values()]) this.#stop(held, out)
        break
      case 'wake':
        break
    }
    for (let task = this.#leases.popDue(now); task !== undefined; task = this.#leases.popDue(now)) {
      const held = this.#held.get(task)
      if (held) this.#stop(held, out)
    }
  }

  nextWakeup(): Millis | undefined {
    return this.#leases.next()
  }

  snapshot() {
    return { held: [...this.#held.values()].map(({ task, state }) => ({ task, state })) }
  }

  /** Whether this is a second run here, for a bearer with that ballot. */
  has(task: TaskId, ballot: Ballot): boolean {
    const held = this.#held.get(task)
    return held !== undefined && held.state !== 'ended' && compareBallots(held.ballot, ballot) === 0
  }

  /** Whether a second run of the task is still here, so that an own run would have to wait. */
  inTheWay(task: TaskId): boolean {
    const state = this.#held.get(task)?.state
    return state === 'runs' || state === 'stopping'
  }

  /** Whether an own run under that ballot waits for the second run to be gone. */
  waits(task: TaskId, ballot: Ballot): boolean {
    const after = this.#held.get(task)?.after
    return after !== undefined && compareBallots(after.ballot, ballot) === 0
  }

  /** When this second run has to stop unless it is renewed before; undefined: there is no such second run. */
  runsUntilMs(task: TaskId, ballot: Ballot): Millis | undefined {
    return this.has(task, ballot) ? this.#leases.get(task) : undefined
  }

  #onBackup(from: PeerId, message: MessageOf<'backup'>, now: Millis, out: BackupsEffect[]): void {
    const { task, ballot, leftMs, ask } = message
    const held = this.#held.get(task)
    if (held && held.for === from && compareBallots(held.ballot, ballot) === 0) {
      if (held.state === 'runs' && this.#view.draining()) this.#stop(held, out)
      if (held.state !== 'stopping') this.#leases.set(task, now + Math.min(leftMs, this.#config.leaseMs))
      this.#say(held, out)
      return
    }
    const refusal = this.#whyNot(message, held)
    if (refusal !== undefined || !ask) {
      const said = { t: 'backupSaid', task, ballot, state: 'refused', code: refusal ?? 'unknown' } as const
      out.push({ type: 'send', to: from, message: said })
      return
    }
    const begun: Held = { task, ballot, for: from, state: 'runs' }
    this.#held.set(task, begun)
    this.#leases.set(task, now + Math.min(leftMs, this.#config.leaseMs))
    out.push({ type: 'take', take: { ...ask, ballot, leased: true, backup: true } })
    this.#say(begun, out)
  }

  #whyNot({ task, ask }: MessageOf<'backup'>, held: Held | undefined): string | undefined {
    if (!ask) return 'unknown'
    if (ask.record.id !== task || ask.record.spec.idempotent !== true) return 'not-idempotent'
    if (held) return 'held'
    if (this.#leaving) return 'stopping'
    if (this.#held.size >= this.#config.heldMax) return 'too-many'
    return this.#view.refusal(ask)
  }

  #say({ task, ballot, for: to, state, result }: Held, out: BackupsEffect[]): void {
    const told = state === 'stopping' ? 'refused' : state
    const said = { t: 'backupSaid', task, ballot, state: told, code: told === 'refused' ? 'stopping' : '' } as const
    out.push({ type: 'send', to, message: result ? { ...said, result } : said })
  }

  #onOver(from: PeerId, { task, ballot }: MessageOf<'backupOver'>, out: BackupsEffect[]): void {
    const held = this.#held.get(task)
    if (held?.for === from && compareBallots(held.ballot, ballot) === 0) this.#stop(held, out)
  }

  #onEnded(task: TaskId, ballot: Ballot, result: RunResult, out: BackupsEffect[]): void {
    const held = this.#held.get(task)
    if (!held || !this.has(task, ballot)) return
    if (held.state === 'stopping') {
      this.#held.delete(task)
      if (held.after) out.push({ type: 'take', take: held.after })
      return
    }
    // The result is kept until the bearer says that it is over, or the lease ends: an answer may be lost.
    held.state = 'ended'
    held.result = result
    this.#say(held, out)
  }

  #onYield(take: BackupTake, out: BackupsEffect[]): void {
    const held = this.#held.get(take.record.id)!
    held.after = take
    this.#stop(held, out)
  }

  #stop(held: Held, out: BackupsEffect[]): void {
    const { task, ballot, state } = held
    this.#leases.delete(task)
    if (state === 'ended') this.#held.delete(task)
    if (state !== 'runs') return
    held.state = 'stopping'
    out.push({ type: 'halt', task, ballot, code: 'fenced' })
  }
}
