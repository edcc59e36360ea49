import type { Millis } from '@souk/kernel'
import {
  type Ballot,
  compareBallots,
  type MessageOf,
  majority,
  type Outcome,
  type PeerId,
  type Refusal,
  type TaskId,
} from '@souk/wire'
import type { BearerEffect, BearerInput } from './bearer-io.ts'
import { type Borne, enterBorne, mayHaveBegun, type Succession } from './borne.ts'
import { checkpointed, decideRetry } from './decide-next.ts'
import type { Hands } from './hands.ts'
import { attemptCode, toOutcome } from './to-outcome.ts'
import { nextVersion } from './version.ts'

/** Whether the run is stopped for reasons of this peer alone: the task can go on elsewhere. */
export const putsBack = ({ ending }: Borne): boolean =>
  ending === 'shutdown' || ending === 'draining' || ending === 'pressure'

type Out = BearerEffect[]
type Why = Pick<MessageOf<'giveUp'>, 'ran' | 'code' | 'message' | 'refusal' | 'checkpoint'>

/**
 * How a baton leaves this peer's hands other than by a handover: its outcome is committed, it is given up, or it is fenced.
 * Whatever the way, nothing is said before the run here has stopped. `Bearer` and its parts call it.
 */
export class BearerEndings {
  readonly #hands: Hands

  constructor(hands: Hands) {
    this.#hands = hands
  }

  /** The host has begun to run what it had queued. */
  onBegan(task: TaskId, runBallot: Ballot): void {
    const borne = this.#hands.run(task, runBallot)
    if (borne?.state === 'queued') enterBorne(borne, 'running')
  }

  /** A run has ended. Returns the baton that it was of, if that is in hand. */
  onEnded(input: Extract<BearerInput, { type: 'ended' }>, now: Millis, out: Out): Borne | undefined {
    const borne = this.#hands.run(input.task, input.ballot)
    if (borne) this.#onRunEnded(borne, input, now, out)
    return borne
  }

  #onRunEnded(borne: Borne, input: Extract<BearerInput, { type: 'ended' }>, now: Millis, out: Out): void {
    const { result } = input
    const { ending, ballot, attempts } = borne
    const { kind } = borne.record.spec.work
    if (ending === 'cancelled' || ending === 'fenced') {
      this.sayStopped(borne, out)
      return
    }
    // A second run has won, unless this one succeeded before it could be stopped: one of the two is the ballot's one value.
    const won = result.end === 'ok' ? undefined : borne.outrun
    if (won) {
      const run = { kind, ballot, host: won.host, attempts, wallMs: this.#hands.wall(now) }
      const said = `a second run, on ${won.host}, was faster than the one on ${this.#hands.self}`
      const message = [won.result.message, said].filter((text) => text !== '').join('; ')
      this.commit(borne, toOutcome({ ...won.result, message: message.slice(0, 4096) }, run), out)
      return
    }
    const own = result.end === 'ok' || result.end === 'failed' || result.end === 'timeout'
    if (!own) {
      // Put back by a host that goes, drains or lacks memory it is no attempt; but if it starts at most once, it has started.
      const putBack = putsBack(borne)
      const { checkpoint, message } = result
      if (putBack && checkpoint) {
        this.giveUp(borne, { ran: true, code: checkpointed, message, checkpoint }, out)
        return
      }
      const ran = !putBack || borne.record.spec.starts === 'at-most-once'
      this.giveUp(borne, { ran, code: ending ?? attemptCode(result, kind), message: result.message }, out)
    } else if (result.end !== 'ok' && decideRetry(borne.record.spec, attempts)) {
      this.giveUp(borne, { ran: true, code: attemptCode(result, kind), message: result.message }, out)
    } else {
      const run = { kind, ballot, host: this.#hands.self, attempts, wallMs: this.#hands.wall(now) }
      this.commit(borne, toOutcome(result, run), out)
    }
  }

  /** A second run has succeeded. The one here is stopped first, as nothing may run once there is an outcome. */
  onOutrun({ task, ballot, host, result }: Extract<BearerInput, { type: 'outrun' }>, out: Out): void {
    const borne = this.#hands.run(task, ballot)
    if (borne?.state !== 'running' || borne.ending) return
    borne.ending = 'outrun'
    borne.outrun = { host, result }
    out.push({ type: 'halt', task, ballot, code: 'outrun' })
  }

  /** The host dropped what it had queued. Returns the baton that this was of, if that is in hand. */
  onDropped(task: TaskId, runBallot: Ballot, code: string, out: Out): Borne | undefined {
    const borne = this.#hands.run(task, runBallot)
    if (!borne) return undefined
    if (borne.ending === 'cancelled' || borne.ending === 'fenced') this.sayStopped(borne, out)
    // What may have begun, as its custodians noted, goes back to them instead.
    else if (code === 'put-back' && !borne.ending && !mayHaveBegun(borne)) this.#waitAgain(borne, out)
    else this.giveUp(borne, { ran: false, code: borne.ending ?? code, message: 'it had not started' }, out)
    return borne
  }

  /** A queued task waits again under its ballot: market places it anew, and its custodians hear so. */
  #waitAgain(borne: Borne, out: Out): void {
    const { record, attempts, offered } = borne
    enterBorne(borne, 'waiting')
    this.#hands.announcements.push(borne)
    const avoid = offered?.baton.path ?? []
    out.push({ type: 'waiting', record, attempts: attempts.length, avoid, again: true })
  }

  /** Gives a baton up that still waits, since every host with room had it under this ballot: the next one begins a new path. */
  handBack(task: TaskId, out: Out): void {
    const borne = this.#hands.borne.get(task)
    if (borne?.state !== 'waiting') return
    this.giveUp(borne, { ran: false, code: 'had-before', message: 'who has room for it had it before' }, out)
  }

  /** True: the newer baton waits, until the run here under the older one has stopped; that is halted as fenced. */
  supersede(borne: Borne, after: Extract<BearerInput, { type: 'bear' }>, out: Out): boolean {
    if (borne.state !== 'queued' && borne.state !== 'running') return false
    const { record, ballot, attempts, leasedMs, durable } = after
    borne.after = { record, ballot, attempts, leasedMs, durable }
    if (!borne.ending || putsBack(borne)) {
      borne.ending = 'fenced'
      out.push({ type: 'halt', task: record.id, ballot: borne.runBallot, code: 'fenced' })
    }
    return true
  }

  /** Drops the baton and tells its custodians that nothing of this ballot runs here, for which a proposer may wait. */
  sayStopped(borne: Borne, out: Out): void {
    const { ballot } = borne
    const task = borne.record.id
    this.#withdraw(borne, out)
    this.#hands.borne.delete(task)
    for (const to of borne.record.custodians) out.push({ type: 'send', to, message: { t: 'stopped', task, ballot } })
  }

  /** What waits, for market or for leave to begin, may have room reserved on this host: that is free again. */
  #withdraw({ state, record }: Borne, out: Out): void {
    if (state === 'waiting' || state === 'beginning') out.push({ type: 'withdrawn', task: record.id })
  }

  /** Gives the baton up: its custodians need not wait for a lease to recover the task. */
  giveUp(borne: Borne, why: Why, out: Out): void {
    const { ballot } = borne
    const { id: task, version, custodians } = borne.record
    this.#withdraw(borne, out)
    if (this.#hands.borne.get(task) === borne) this.#hands.borne.delete(task)
    const left = why.checkpoint ? { checkpointBytes: why.checkpoint.blob.sizeBytes } : {}
    out.push({ type: 'givenUp', task, ballot, code: why.code, ...left })
    for (const to of custodians) out.push({ type: 'send', to, message: { t: 'giveUp', task, version, ballot, ...why } })
    // The next custodians may have stored the task by now, under the ballot of their version.
    if (borne.next?.stage === 'storing') this.#giveUpNext(task, version, borne.next, why, out)
  }

  #giveUpNext(task: TaskId, before: number, { custodians, ballot }: Succession, why: Why, out: Out): void {
    const version = nextVersion(before, custodians)
    for (const to of custodians) out.push({ type: 'send', to, message: { t: 'giveUp', task, version, ballot, ...why } })
  }

  // ---- the outcome

  /** Proposes the outcome, under the bearer's ballot, until a majority has accepted it or fences this bearer. */
  commit(borne: Borne, outcome: Outcome, out: Out): void {
    enterBorne(borne, 'committing')
    borne.outcome = outcome
    borne.confirmed.clear()
    this.sendCommits(borne, out)
  }

  /** COMMIT to each custodian that has not confirmed. Not during a succession: a ballot proposes one value in a version. */
  sendCommits(borne: Borne, out: Out): void {
    for (const to of borne.record.custodians) this.sendCommit(borne, to, out)
  }

  sendCommit(borne: Borne, to: PeerId, out: Out, withRecord = false): void {
    const { outcome, record, ballot } = borne
    if (!outcome || borne.next || borne.confirmed.has(to)) return
    const { id: task, version } = record
    const decree = { kind: 'outcome', outcome } as const
    const message: MessageOf<'commit'> = { t: 'commit', task, version, ballot, decree }
    if (withRecord) message.record = record
    out.push({ type: 'send', to, message })
  }

  /** A custodian has accepted the outcome; with a majority it is chosen. */
  onCommitted(from: PeerId, message: MessageOf<'committed'>, out: Out): void {
    const borne = this.#hands.under(message.task, message.ballot)
    if (!borne?.outcome || borne.next || !borne.record.custodians.includes(from)) return
    borne.confirmed.add(from)
    if (message.awaited) borne.awaitedAt = new Set(borne.awaitedAt).add(from)
    if (borne.confirmed.size >= majority(borne.record.custodians.length)) this.#onChosen(borne, out)
  }

  /** A majority has accepted the outcome. Custodians know it, another origin is sent it. Where somebody waits it has haste. */
  #onChosen(borne: Borne, out: Out): void {
    const { record, ballot, outcome } = borne
    const { id: task, version, custodians, origin } = record
    this.#hands.borne.delete(task)
    out.push({ type: 'chosen', task, ballot })
    for (const to of custodians) {
      const message = { t: 'chosen', task, version, ballot } as const
      const awaited = to === origin || borne.awaitedAt?.has(to)
      out.push(awaited ? { type: 'send', to, message } : { type: 'send', to, message, along: true })
    }
    if (custodians.includes(origin)) return
    const decree = { kind: 'outcome', outcome: outcome! } as const
    out.push({ type: 'send', to: origin, message: { t: 'chosen', task, version, ballot, decree } })
  }

  // ---- fences

  /** A custodian fences this ballot. Its own word only counts towards a majority; a final fence has one behind it. */
  onFenced(from: PeerId, message: MessageOf<'fenced'>, now: Millis, out: Out): void {
    const { task, ballot, promised } = message
    const borne = this.#hands.borne.get(task)
    if (!borne) {
      if (message.final) this.#answerFence(from, task, ballot, now, out)
      return
    }
    // Only the task's custodians fence it, for a higher ballot, or by naming the very one that it has.
    if (!borne.record.custodians.includes(from)) return
    if (compareBallots(borne.ballot, promised) >= 0 && compareBallots(borne.ballot, ballot) !== 0) return
    borne.fencedBy.add(from)
    if (!message.final && borne.fencedBy.size < majority(borne.record.custodians.length)) return
    this.fence(borne, message.code, from, now, out)
  }

  /** No majority hears this ballot any more: what runs is halted first, of anything else the fence is answered at once. */
  fence(borne: Borne, code: string, from: PeerId | undefined, now: Millis, out: Out): void {
    const { state } = borne
    if (state === 'handed' || state === 'offered') {
      if (from !== undefined) this.#answerFence(from, borne.record.id, borne.ballot, now, out)
    } else if (state === 'queued' || state === 'running') {
      // A run that was put back may take its time to end: fenced, it may not.
      if (borne.ending && !putsBack(borne)) return
      borne.ending = code === 'cancelled' ? 'cancelled' : 'fenced'
      out.push({ type: 'halt', task: borne.record.id, ballot: borne.runBallot, code: borne.ending })
    } else {
      this.sayStopped(borne, out)
    }
  }

  /** Nothing runs here under this ballot: says where the baton went, or else STOPPED, and takes it no more should it come. */
  #answerFence(from: PeerId, task: TaskId, ballot: Ballot, now: Millis, out: Out): void {
    const to = this.#hands.memory.passedTo(task, ballot)
    this.#hands.borne.delete(task)
    if (to) {
      const refusal: Refusal = { code: 'stopping', never: false, detail: 'it was passed on before' }
      out.push({ type: 'send', to: from, message: { t: 'bounce', task, ballot, to, refusal } })
      return
    }
    this.#hands.memory.remember(task, ballot, now)
    out.push({ type: 'send', to: from, message: { t: 'stopped', task, ballot } })
  }
}
