import { Deadlines, type Machine, type Millis } from '@souk/kernel'
import type { Ballot, Checkpoint, MessageOf, PeerId, RunResult, TaskId, TaskRecord } from '@souk/wire'
import { compareBallots } from '@souk/wire'
import type { SpeculationConfig } from './config.ts'

export type SpeculatorInput =
  | { type: 'wake' }
  /** a run of this host lags far behind its like */
  | { type: 'straggler'; task: TaskId; ballot: Ballot }
  | { type: 'message'; from: PeerId; message: MessageOf<'backupSaid'> }
  /** the run here is over, however it ended */
  | { type: 'over'; task: TaskId }

export type SpeculatorEffect =
  | { type: 'send'; to: PeerId; message: MessageOf<'backup' | 'backupOver'> }
  | { type: 'backedUp'; task: TaskId; ballot: Ballot; to: PeerId }
  /** it was faster: its result is the task's */
  | { type: 'outrun'; task: TaskId; ballot: Ballot; host: PeerId; result: RunResult }
  /** there is no second run any more, or there will be none */
  | { type: 'unbacked'; task: TaskId; ballot: Ballot; code: string }

/** A run of this host that a second one may race. */
export interface Racing {
  record: TaskRecord
  alternative: number
  attempt: number
  checkpoint?: Checkpoint | undefined
  /** until when its lease is confirmed */
  untilMs: Millis
}

/** What it may know of its peer. */
export interface SpeculatorView {
  /** undefined: it is not borne and running here under that ballot, is about to end, or may not run twice */
  racing(task: TaskId, ballot: Ballot): Racing | undefined
  /** other hosts that have room for it now, best first */
  hosts(racing: Racing, now: Millis): readonly PeerId[]
}

interface Backup {
  task: TaskId
  ballot: Ballot
  to: PeerId
  runs: boolean
  heardMs: Millis
  /** who was asked so far, this one included */
  asked: Set<PeerId>
}

/**
 * Second runs of tasks that lag and may run twice. The second host gets no baton: it runs under the ballot of this bearer,
 * tells this bearer what came of it, and this bearer alone proposes that. So a task has one bearer at every time, and one
 * outcome, as without (I5, I16). Only a result that is well counts; anything else leaves the first run as it is.
 *
 * Invariants: I18 one second run a task, and `askedMax` of this peer. Inputs: stragglers, answers, ends. Effects: sends,
 * results.
 */
export class Speculator implements Machine<SpeculatorInput, SpeculatorEffect> {
  readonly #config: SpeculationConfig
  readonly #view: SpeculatorView
  readonly #backups = new Map<TaskId, Backup>()
  readonly #renewals = new Deadlines<TaskId>()

  constructor(config: SpeculationConfig, view: SpeculatorView) {
    this.#config = config
    this.#view = view
  }

  step(input: SpeculatorInput, now: Millis, out: SpeculatorEffect[]): void {
    switch (input.type) {
      case 'straggler':
        this.#onStraggler(input.task, input.ballot, now, out)
        break
      case 'message':
        this.#onSaid(input.from, input.message, now, out)
        break
      case 'over': {
        const backup = this.#backups.get(input.task)
        if (backup) this.#end(backup, 'over', out)
        break
      }
      case 'wake':
        break
    }
    for (let task = this.#renewals.popDue(now); task !== undefined; task = this.#renewals.popDue(now))
      this.#renew(this.#backups.get(task)!, now, out)
  }

  nextWakeup(): Millis | undefined {
    return this.#renewals.next()
  }

  snapshot() {
    return { backups: [...this.#backups.values()].map(({ task, to, runs }) => ({ task, to, runs })) }
  }

  #onStraggler(task: TaskId, ballot: Ballot, now: Millis, out: SpeculatorEffect[]): void {
    const { on, askedMax } = this.#config
    if (!on || this.#backups.has(task) || this.#backups.size >= askedMax) return
    const racing = this.#view.racing(task, ballot)
    if (racing) this.#ask({ task, ballot, to: '', runs: false, heardMs: now, asked: new Set() }, racing, now, out)
  }

  /** The next host with room, if there is one. */
  #ask(backup: Backup, racing: Racing, now: Millis, out: SpeculatorEffect[]): void {
    const { task, ballot, asked } = backup
    const to = this.#view.hosts(racing, now).find((peer) => !asked.has(peer))
    if (to === undefined || asked.size >= this.#config.hostsMax) {
      this.#forget(task)
      out.push({ type: 'unbacked', task, ballot, code: 'no-room' })
      return
    }
    asked.add(to)
    this.#backups.set(task, { ...backup, to, runs: false, heardMs: now })
    this.#renewals.set(task, now + this.#config.renewMs)
    const { record, alternative, attempt, checkpoint } = racing
    const ask = { record, alternative, attempt, ...(checkpoint ? { checkpoint } : {}) }
    out.push({ type: 'send', to, message: { t: 'backup', task, ballot, leftMs: this.#leftMs(racing, now), ask } })
  }

  #leftMs({ untilMs }: Racing, now: Millis): Millis {
    return Math.max(0, Math.floor(Math.min(this.#config.leaseMs, untilMs - now)))
  }

  #onSaid(from: PeerId, message: MessageOf<'backupSaid'>, now: Millis, out: SpeculatorEffect[]): void {
    const { task, ballot, state, code, result } = message
    const backup = this.#backups.get(task)
    if (!backup || backup.to !== from || compareBallots(backup.ballot, ballot) !== 0) return
    backup.heardMs = now
    if (state === 'runs') {
      if (!backup.runs) out.push({ type: 'backedUp', task, ballot, to: from })
      backup.runs = true
      return
    }
    const racing = this.#view.racing(task, ballot)
    if (state === 'refused' && racing && !backup.runs) {
      this.#ask(backup, racing, now, out)
      return
    }
    const won = racing && state === 'ended' && result?.end === 'ok'
    this.#end(backup, won ? 'won' : state === 'ended' ? (result?.end ?? code) : code, out)
    if (won) out.push({ type: 'outrun', task, ballot, host: from, result })
  }

  #renew(backup: Backup, now: Millis, out: SpeculatorEffect[]): void {
    const { task, ballot, to, heardMs } = backup
    const racing = this.#view.racing(task, ballot)
    if (!racing) this.#end(backup, 'over', out)
    else if (now - heardMs >= this.#config.leaseMs) this.#end(backup, 'unheard', out)
    else {
      this.#renewals.set(task, now + this.#config.renewMs)
      out.push({ type: 'send', to, message: { t: 'backup', task, ballot, leftMs: this.#leftMs(racing, now) } })
    }
  }

  #end(backup: Backup, code: string, out: SpeculatorEffect[]): void {
    const { task, ballot, to } = backup
    this.#forget(task)
    out.push({ type: 'send', to, message: { t: 'backupOver', task, ballot } })
    out.push({ type: 'unbacked', task, ballot, code })
  }

  #forget(task: TaskId): void {
    this.#backups.delete(task)
    this.#renewals.delete(task)
  }
}
