import { Deadlines, type Machine, type Millis } from '@souk/kernel'
import type { Ballot, Checkpoint, MessageOf, PeerId, RunResult, TaskId, TaskRecord } from '@souk/wire'
import { compareBallots } from '@souk/wire'
import type { SpeculationConfig } from './config.ts'

export type SpeculatorInput =
  | { type: 'wake' }
  /** a run on this host lags far behind others of its class */
  | { type: 'straggler'; task: TaskId; ballot: Ballot }
  | { type: 'message'; from: PeerId; message: MessageOf<'backupSaid'> }
  /** the run here is over, however it ended */
  | { type: 'over'; task: TaskId }

export type SpeculatorEffect =
  | { type: 'send'; to: PeerId; message: MessageOf<'backup' | 'backupOver'> }
  | { type: 'backedUp'; task: TaskId; ballot: Ballot; to: PeerId }
  /** the second run was faster: its result is to be proposed for the task */
  | { type: 'outrun'; task: TaskId; ballot: Ballot; host: PeerId; result: RunResult }
  /** the second run is over, or there will be none */
  | { type: 'unbacked'; task: TaskId; ballot: Ballot; code: string }

/** A run on this host that a second run may race. */
export interface Racing {
  record: TaskRecord
  alternative: number
  attempt: number
  checkpoint?: Checkpoint | undefined
  /** when its lease ends */
  untilMs: Millis
}

/** What a speculator may know of its peer. */
export interface SpeculatorView {
  /** undefined: the task does not run here under that ballot, is about to end, or may not run twice */
  racing(task: TaskId, ballot: Ballot): Racing | undefined
  /** other hosts with room for the task now, best first */
  hosts(racing: Racing, now: Millis): readonly PeerId[]
}

interface Backup {
  task: TaskId
  ballot: Ballot
  to: PeerId
  runs: boolean
  heardMs: Millis
  /** hosts asked so far, `to` included */
  asked: Set<PeerId>
}

/**
 * Gets second runs, on other hosts (`Backups`), of tasks that lag here and may run twice. The second host gets no baton: it
 * runs under this bearer's ballot and tells it the result, which only this bearer proposes. So a task still has one bearer
 * and one outcome (I5, I16). Only a successful result counts; any other leaves the first run as it is.
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

  /** Asks the next host with room, or gives up if there is none. */
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
