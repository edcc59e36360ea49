import type { Millis } from '@souk/kernel'
import {
  type Ballot,
  compareBallots,
  type MessageOf,
  type Outcome,
  originTag,
  originTagOf,
  type PeerId,
  type Refusal,
  type TaskId,
} from '@souk/wire'
import type { BearerEffect, BearerInput } from './bearer-io.ts'
import { type Borne, enterBorne } from './borne.ts'
import { decideRetry } from './decide-next.ts'
import type { Hands } from './hands.ts'
import { majority } from './quorum.ts'
import { attemptCode, toOutcome } from './to-outcome.ts'

type Out = BearerEffect[]
type Fence = Pick<MessageOf<'fenced'>, 'task' | 'ballot' | 'promised' | 'code'>

/** What becomes of a baton in hand: its run's outcome is committed, it is given up, or it is fenced. */
export class BearerEndings {
  readonly #hands: Hands

  constructor(hands: Hands) {
    this.#hands = hands
  }

  onBegan(task: TaskId, ballot: Ballot): void {
    const borne = this.#hands.under(task, ballot)
    if (borne?.state === 'queued') enterBorne(borne, 'running')
  }

  onEnded(input: Extract<BearerInput, { type: 'ended' }>, now: Millis, out: Out): void {
    const borne = this.#hands.under(input.task, input.ballot)
    if (!borne) return
    const { result } = input
    const { ending, ballot, attempts } = borne
    const { kind } = borne.record.spec.work
    if (ending === 'cancelled' || ending === 'fenced') {
      this.sayStopped(borne, out)
      return
    }
    const own = result.end === 'ok' || result.end === 'failed' || result.end === 'timeout'
    if (!own) {
      const ran = ending !== 'shutdown'
      this.giveUp(borne, { ran, code: ending ?? attemptCode(result, kind), message: result.message }, out)
    } else if (result.end !== 'ok' && decideRetry(borne.record.spec, attempts)) {
      this.giveUp(borne, { ran: true, code: attemptCode(result, kind), message: result.message }, out)
    } else {
      this.commit(
        borne,
        toOutcome(result, { kind, ballot, host: this.#hands.self, attempts, wallMs: this.#hands.wall(now) }),
        out,
      )
    }
  }

  onDropped(task: TaskId, ballot: Ballot, code: string, out: Out): void {
    const borne = this.#hands.under(task, ballot)
    if (!borne) return
    if (borne.ending === 'cancelled' || borne.ending === 'fenced') this.sayStopped(borne, out)
    else this.giveUp(borne, { ran: false, code: borne.ending ?? code, message: 'it had not started' }, out)
  }

  sayStopped(borne: Borne, out: Out): void {
    const { ballot } = borne
    const task = borne.record.id
    this.#hands.borne.delete(task)
    for (const to of borne.record.custodians) out.push({ type: 'send', to, message: { t: 'stopped', task, ballot } })
  }

  giveUp(borne: Borne, why: { ran: boolean; code: string; message: string; refusal?: Refusal }, out: Out): void {
    const { ballot } = borne
    const task = borne.record.id
    if (this.#hands.borne.get(task) === borne) this.#hands.borne.delete(task)
    out.push({ type: 'givenUp', task, ballot, code: why.code })
    for (const to of borne.record.custodians)
      out.push({ type: 'send', to, message: { t: 'giveUp', task, ballot, ...why } })
  }

  commit(borne: Borne, outcome: Outcome, out: Out): void {
    enterBorne(borne, 'committing')
    borne.outcome = outcome
    for (const to of borne.record.custodians) this.sendCommit(borne, outcome, to, out)
  }

  sendCommit(borne: Borne, outcome: Outcome, to: PeerId, out: Out): void {
    if (borne.confirmed.has(to)) return
    const { id: task, version } = borne.record
    out.push({ type: 'send', to, message: { t: 'commit', task, version, ballot: borne.ballot, outcome } })
  }

  onCommitted(from: PeerId, message: MessageOf<'committed'>): void {
    const borne = this.#hands.under(message.task, message.ballot)
    if (!borne?.outcome || !borne.record.custodians.includes(from)) return
    borne.confirmed.add(from)
    if (borne.confirmed.size >= majority(borne.record.custodians.length)) this.#hands.borne.delete(message.task)
  }

  onFenced(from: PeerId, message: Fence, now: Millis, out: Out): void {
    const { task, ballot, promised, code } = message
    const borne = this.#hands.borne.get(task)
    // Only its custodians fence a task; of one that is not here the id says who they are (its origin, while k = 1).
    if (borne ? !borne.record.custodians.includes(from) : originTagOf(task) !== originTag(from)) return
    if (borne && compareBallots(borne.ballot, promised) >= 0 && compareBallots(borne.ballot, ballot) !== 0) return
    if (borne) {
      borne.fencedBy.add(from)
      if (borne.fencedBy.size < majority(borne.record.custodians.length)) return
    }
    if (!borne || borne.state === 'handed' || borne.state === 'offered') {
      this.answerFence(from, task, ballot, now, out)
    } else if (borne.state === 'queued' || borne.state === 'running') {
      borne.ending = code === 'cancelled' ? 'cancelled' : 'fenced'
      out.push({ type: 'halt', task, ballot: borne.ballot, code: borne.ending })
    } else {
      if (borne.state === 'waiting') out.push({ type: 'withdrawn', task })
      this.sayStopped(borne, out)
    }
  }

  /** Nothing of it runs here: it went on, and whoever asks must know where; or it must not come any more. */
  answerFence(from: PeerId, task: TaskId, ballot: Ballot, now: Millis, out: Out): void {
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
