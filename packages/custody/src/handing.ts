import { invariant, type Millis } from '@souk/kernel'
import {
  alternativeField,
  type Ballot,
  type Baton,
  type Bearer as BearerId,
  compareBallots,
  majority,
  newestCheckpoint,
  type PeerId,
  type Refusal,
  type Taker,
  type TaskId,
} from '@souk/wire'
import type { BearerEndings } from './bearer-endings.ts'
import type { Admission, BearerEffect } from './bearer-io.ts'
import { attemptOf, type Borne, enterBorne, newBorne, type Placing } from './borne.ts'
import type { Hands } from './hands.ts'
import { mayBegin } from './quorum.ts'
import type { MeshView } from './views.ts'

type Out = BearerEffect[]

/** What each handover gives a baton anew. */
type Given = Pick<Baton, 'alternates' | 'leaseAgeMs' | 'bounces' | 'moves'>

type Chosen = Extract<Placing, { choice: 'handOver' }>

/**
 * How batons come and go (I16): handed over by AWARD, admitted by the host or bounced to the next alternate, accepted. Also
 * `take`, by which a task comes into this host's queue. `Bearer`, `Placings` and `BearerRounds` call it.
 */
export class Handing {
  readonly #hands: Hands
  readonly #mesh: MeshView
  readonly #endings: BearerEndings

  constructor(hands: Hands, endings: BearerEndings, mesh: MeshView) {
    this.#mesh = mesh
    this.#hands = hands
    this.#endings = endings
  }

  /** Hands a waiting baton to the peer that market chose, which keeps it or passes it on to an alternate. */
  handOver(borne: Borne, { to, alternates, chosenMs }: Chosen, now: Millis): void {
    const leaseAgeMs = Math.max(0, Math.round(chosenMs - this.#hands.renewals.heldSinceMs(borne)))
    const before = borne.offered?.baton
    invariant(!before?.path.includes(to.peer), `${borne.record.id} would go back to ${to.peer}`)
    this.#send(borne, to, { alternates, leaseAgeMs, bounces: 0, moves: before ? before.moves + 1 : 0 }, now)
  }

  #send(borne: Borne, to: Taker, given: Given, now: Millis): void {
    const before = borne.offered?.baton
    const baton: Baton = {
      record: borne.record,
      ballot: borne.ballot,
      incarnation: to.incarnation,
      offeredMs: to.offeredMs,
      ...alternativeField(to.alternative),
      path: [...(before?.path ?? []), this.#hands.self],
      ...given,
      attempts: borne.attempts,
    }
    enterBorne(borne, 'handed')
    borne.handed = { to, baton, atMs: now }
    const { peer, incarnation } = to
    this.#hands.memory.passOn(borne.record.id, borne.ballot, { peer, incarnation })
    this.#hands.outbox.award(peer, baton)
  }

  /** Repeats a handover that may be lost, to that same peer, as long as the lease keeps custodians from recovering the task. */
  handAgain(borne: Borne, now: Millis): void {
    const { to, baton, atMs } = borne.handed!
    // Where this peer alone keeps the task, its own lease has no end; but the one that was granted with the handover has.
    const isOver = baton.leaseAgeMs + now - atMs >= this.#hands.leaseStopMs
    if (isOver || this.#hands.renewals.ranOut(borne, now)) return
    this.#hands.outbox.award(to.peer, baton)
  }

  /** The task is to run here: at once, or (starts: at-most-once) when a majority of custodians has noted that it may begin. */
  take(borne: Borne, alternative: number, out: Out): void {
    borne.alternative = alternative
    borne.runBallot = borne.ballot
    if (borne.record.spec.starts === 'at-most-once') {
      enterBorne(borne, 'beginning')
      this.sayBegin(borne, out)
    } else this.#queue(borne, out)
  }

  /** Asks the custodians that have not answered for leave to begin. */
  sayBegin({ record, ballot, confirmed }: Borne, out: Out): void {
    const { id: task, version, custodians } = record
    for (const to of custodians) {
      if (!confirmed.has(to)) out.push({ type: 'send', to, message: { t: 'begin', task, version, ballot } })
    }
  }

  /** A custodian gives leave to begin; with a majority's the task is queued. */
  onBegun(from: PeerId, { task, ballot }: { task: TaskId; ballot: Ballot }, out: Out): void {
    const borne = this.#hands.under(task, ballot)
    if (borne?.state !== 'beginning' || !borne.record.custodians.includes(from)) return
    borne.confirmed.add(from)
    if (borne.confirmed.size < majority(borne.record.custodians.length)) return
    borne.confirmed.clear()
    this.#queue(borne, out)
  }

  #queue(borne: Borne, out: Out): void {
    enterBorne(borne, 'queued')
    this.#hands.announcements.push(borne)
    const { record, ballot, alternative } = borne
    const leased = record.custodians.some((custodian) => custodian !== this.#hands.self)
    const checkpoint = newestCheckpoint(borne.attempts)
    const run = { record, alternative, ballot, attempt: attemptOf(borne), leased }
    out.push({ type: 'take', ...run, ...(checkpoint ? { checkpoint } : {}) })
  }

  /** A baton comes by AWARD: it is offered to this host, bounced, or (if something is wrong with it) passed over. */
  onAward(from: BearerId, baton: Baton, now: Millis, out: Out): void {
    const { id: task } = baton.record
    const known = this.#hands.borne.get(task)
    if (known && compareBallots(known.ballot, baton.ballot) === 0) {
      // The giver repeats its AWARD, so the ACCEPT was lost with a connection: it is sent again.
      if (known.state !== 'offered' && known.state !== 'handed') this.sayAccepted(known, from.peer)
      return
    }
    const leaseAgeMs = ageOf(baton, now)
    const wrong = this.#decideWrong(from.peer, baton, leaseAgeMs)
    if (wrong) {
      out.push({ type: 'rejected', from: from.peer, code: wrong })
      return
    }
    const { record, ballot, attempts } = baton
    const borne = newBorne(record, ballot, {
      attempts,
      now,
      leasedMs: now - leaseAgeMs,
      announced: false,
      durable: true,
    })
    borne.offered = { from, baton }
    const refusal = this.#decideRefusal(known !== undefined, this.#hands.memory.remember(task, baton.ballot, now))
    if (refusal) {
      this.bounce(borne, refusal, now, out)
      return
    }
    this.#hands.borne.set(task, borne)
    out.push({ type: 'offered', baton, from: from.peer })
  }

  /** Why a baton is not even answered: it is not for this life of this peer, was here before, is too old, or is forged. */
  #decideWrong(from: PeerId, baton: Baton, leaseAgeMs: Millis): string | undefined {
    if (baton.incarnation !== this.#hands.incarnation) return 'old-incarnation'
    // After a rollback of the disk an earlier life with this number may have had the baton: a majority would say so.
    if (baton.record.custodians.length >= 3 && !this.#mesh.heardFromMajority) return 'not-sure-of-itself'
    if (baton.path.includes(this.#hands.self)) return 'on-path'
    if (baton.path.at(-1) !== from) return 'forged-path'
    // The lease is over: custodians may have recovered the task by now.
    if (leaseAgeMs >= this.#hands.leaseStopMs) return 'lease-over'
    const { record, ballot } = baton
    // The peer that began a ballot is the first to bear it, so it must be the first on the path.
    if (baton.path[0] !== ballot.peer || !mayBegin(record, ballot)) return 'forged-ballot'
    if (this.#hands.memory.has(baton.record.id, baton.ballot)) return 'borne-before'
    return undefined
  }

  #decideRefusal(runsOlder: boolean, remembered: boolean): Refusal | undefined {
    if (this.#hands.leaving) return { code: 'stopping', never: false, detail: 'this peer is going' }
    if (runsOlder) return { code: 'stopping', never: false, detail: 'an older run of it is still ending here' }
    if (!remembered) return { code: 'memory-full', never: false, detail: 'too many batons in too short a time' }
    return undefined
  }

  /** The host's answer to an offered baton: the task is taken, waits here, or its baton is bounced. */
  onAdmit(task: TaskId, answer: Admission, now: Millis, out: Out): void {
    const borne = this.#hands.borne.get(task)
    if (borne?.state !== 'offered') return
    if (answer.do === 'refuse') {
      this.#hands.borne.delete(task)
      this.bounce(borne, answer.refusal, now, out)
      return
    }
    if (answer.do === 'take') this.take(borne, borne.offered!.baton.alternative ?? 0, out)
    else this.#waitHere(borne, out)
    this.sayAccepted(borne, borne.offered!.from.peer)
  }

  /** The baton waits here: market finds a place, here or with a peer not on its path. Custodians hear who bears it now. */
  #waitHere(borne: Borne, out: Out): void {
    enterBorne(borne, 'waiting')
    this.#hands.announcements.push(borne)
    const { record, attempts, offered } = borne
    out.push({ type: 'waiting', record, attempts: attempts.length, avoid: offered!.baton.path })
  }

  /** ACCEPT to the giver, which then forgets the handover; custodians hear of this bearer by announcement and renewal. */
  sayAccepted(borne: Borne, from: PeerId): void {
    this.#hands.outbox.accept(from, borne.record.id, borne.ballot)
  }

  /** Passes a refused baton on to its next alternate, or gives it up. At most two bounces (I8). */
  bounce(borne: Borne, refusal: Refusal, now: Millis, out: Out): void {
    const { baton } = borne.offered!
    const { ballot } = borne
    const task = borne.record.id
    const next = baton.bounces < 2 ? baton.alternates.findIndex((to) => this.#mayPass(to, baton)) : -1
    const to = baton.alternates[next]
    out.push({ type: 'bounced', task, ballot, to: to?.peer, refusal })
    if (!to) {
      this.#endings.giveUp(borne, { ran: false, code: refusal.code, message: refusal.detail, refusal }, out)
      return
    }
    // An older run that is still ending here keeps its place in `borne`: if this handover is lost, recovery sees to it.
    if (!this.#hands.borne.has(task)) this.#hands.borne.set(task, borne)
    // The age is as of when takers were chosen, alternates included; each adds the time since its own offer (`ageOf`).
    const { leaseAgeMs, moves } = baton
    const alternates = baton.alternates.slice(next + 1)
    this.#send(borne, to, { alternates, leaseAgeMs, bounces: baton.bounces + 1, moves }, now)
  }

  #mayPass(to: BearerId, baton: Baton): boolean {
    return to.peer !== this.#hands.self && !baton.path.includes(to.peer)
  }

  /** A handover was accepted: it need not be repeated any more. */
  onAccept(from: PeerId, task: TaskId, ballot: Ballot): void {
    const borne = this.#hands.under(task, ballot)
    if (!borne?.handed) return
    const { to, baton } = borne.handed
    // Its receiver, or an alternate to which that one bounced it.
    if (to.peer === from || baton.alternates.some(({ peer }) => peer === from)) this.#hands.borne.delete(task)
  }
}

/**
 * How old a baton's lease is at most: as old as when the takers were chosen, and the time since this host's offer, which came
 * before that. It needs no common clock, however long the baton was on its way, or this peer stood still.
 */
function ageOf({ leaseAgeMs, offeredMs }: Baton, now: Millis): Millis {
  return leaseAgeMs + Math.max(0, now - offeredMs)
}
