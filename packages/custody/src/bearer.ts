import type { Machine, Millis } from '@souk/kernel'
import type { Ballot, Bearer as BearerId, Incarnation, MessageOf, PeerId, TaskId } from '@souk/wire'
import { compareBallots } from '@souk/wire'
import { BearerEndings } from './bearer-endings.ts'
import type { BearerEffect, BearerInput, BearerMessage } from './bearer-io.ts'
import { BearerRounds } from './bearer-rounds.ts'
import { type Borne, mayHaveBegun, newBorne } from './borne.ts'
import type { CustodyConfig } from './config.ts'
import { Handing } from './handing.ts'
import { Hands } from './hands.ts'
import { Placings } from './placings.ts'
import { Successions } from './successions.ts'
import type { MeshView } from './views.ts'

type Out = BearerEffect[]

/** What custodians are told of why a baton goes back to them. */
const givenBack = {
  shutdown: 'its bearer is going',
  draining: 'its bearer drains',
  pressure: 'its bearer lacks memory',
}

/** A baton in this bearer's hands, as the rest of the peer sees it. */
type BorneTask = Readonly<Omit<Borne, 'confirmed' | 'fencedBy'>>

/**
 * A peer as bearer: it holds batons, the right to queue, run, move and commit their tasks. The peer steps it, beside market
 * (which places what waits) and host (which runs what is taken). It keeps nothing on disk: a new life bears nothing.
 *
 * Invariants: I16 a baton has one bearer: it is handed to one named life of one peer, again to that same one only, never to
 * a peer on its path, and never taken twice by one life. I4 one decree is proposed under a ballot in a version. I5 a run is
 * stopped once no majority has confirmed its lease for `leaseStopMs`, and never resumes under that ballot.
 * Inputs: batons from the local custodian or other peers, market's choices, what the host's runs came to.
 * Effects: sends, orders to host and market. Bounds: batonMemoryMax.
 */
export class Bearer implements Machine<BearerInput, BearerEffect> {
  readonly #hands: Hands
  readonly #endings: BearerEndings
  readonly #handing: Handing
  readonly #successions: Successions
  readonly #placings: Placings
  readonly #rounds: BearerRounds

  constructor(config: CustodyConfig, { self, mesh }: { self: PeerId; mesh: MeshView }) {
    this.#hands = new Hands(config, self)
    this.#endings = new BearerEndings(this.#hands)
    this.#handing = new Handing(this.#hands, this.#endings, mesh)
    this.#placings = new Placings(this.#hands, this.#endings, this.#handing)
    this.#successions = new Successions(config, this.#hands, this.#endings, mesh)
    this.#rounds = new BearerRounds(config, {
      hands: this.#hands,
      endings: this.#endings,
      handing: this.#handing,
      successions: this.#successions,
    })
  }

  step(input: BearerInput, now: Millis, out: Out): void {
    this.#hands.announcements.begin(now)
    switch (input.type) {
      case 'start':
        this.#hands.start(input.wallMs, input.incarnation, now)
        break
      case 'wall':
        this.#hands.setWall(input.wallMs, now)
        break
      case 'bear':
        this.#onBear(input, now, out)
        break
      case 'durable':
        this.#placings.onDurable(input.task, now, out)
        break
      case 'void':
        this.#onVoid(input.task, input.ballot, out)
        break
      case 'message':
        this.#onMessage(input.from, input.message, now, out)
        break
      case 'handOver': {
        const { to, alternates } = input
        this.#placings.onPlaced(input.tasks, { choice: 'handOver', to, alternates, chosenMs: now }, now, out)
        break
      }
      case 'keep':
        this.#placings.onPlaced(input.tasks, { choice: 'keep', alternative: input.alternative }, now, out)
        break
      case 'unplaceable':
        this.#placings.onPlaced([input.task], { choice: 'unplaceable', message: input.message }, now, out)
        break
      case 'stranded':
        this.#onStranded(input, now, out)
        break
      case 'decided':
        this.#onDecided(input)
        break
      case 'admit':
        this.#handing.onAdmit(input.task, input.answer, now, out)
        break
      case 'began':
        this.#endings.onBegan(input.task, input.ballot)
        break
      case 'ended':
        this.#bearAfter(this.#endings.onEnded(input, now, out), now, out)
        break
      case 'outrun':
        this.#endings.onOutrun(input, out)
        break
      case 'dropped':
        this.#bearAfter(this.#endings.onDropped(input.task, input.ballot, input.code, out), now, out)
        break
      case 'connected':
        this.#onConnected(input.peer, input.incarnation, now, out)
        break
      case 'giveBack':
        for (const task of input.tasks) this.#giveBack(task, input.why, out)
        break
      case 'leave':
        this.#hands.leaving = true
        for (const task of [...this.#hands.borne.keys()]) this.#giveBack(task, 'shutdown', out)
        break
      case 'wake':
        this.#rounds.onWake(now, out)
        break
    }
    this.#hands.outbox.flush(out)
    this.#rounds.arm(now)
  }

  nextWakeup(): Millis | undefined {
    return this.#rounds.nextWakeup()
  }

  snapshot() {
    return [...this.#hands.borne.values()].map(({ record, ballot, state, sinceMs }) => ({
      task: record.id,
      custodians: record.custodians,
      ballot,
      state,
      sinceMs,
    }))
  }

  get size(): number {
    return this.#hands.borne.size
  }

  /** When this run has to stop unless its lease is confirmed before; undefined: its baton is not in hand. */
  runsUntilMs(task: TaskId, runBallot: Ballot): Millis | undefined {
    const borne = this.#hands.run(task, runBallot)
    return borne && this.#hands.renewals.runsUntilMs(borne)
  }

  /** Every baton in hand, or just passed on. */
  all(): Iterable<BorneTask> {
    return this.#hands.borne.values()
  }

  /** The baton of a task, if it is in hand or was just passed on. */
  find(task: TaskId): BorneTask | undefined {
    return this.#hands.borne.get(task)
  }

  // ---- batons of this peer's own

  #onStranded({ task, code, message }: Extract<BearerInput, { type: 'stranded' }>, now: Millis, out: Out): void {
    this.#placings.onPlaced([task], { choice: 'stranded', code, message }, now, out)
  }

  #onBear(input: Extract<BearerInput, { type: 'bear' }>, now: Millis, out: Out): void {
    const { record, ballot, attempts, leasedMs, durable } = input
    if (this.#hands.leaving) return
    const known = this.#hands.borne.get(record.id)
    if (this.#hands.memory.has(record.id, ballot)) {
      if (durable) this.#decline(input, now, out)
      return
    }
    // Not durable: a second submit of its key, of which the custodians have yet to say whether it is a task of its own.
    if (known && !durable) return
    if (known && this.#endings.supersede(known, input, out)) return
    // The baton under the older ballot is over: it is withdrawn, as market must not know the task twice.
    if (known?.state === 'waiting' || known?.state === 'beginning') this.#hands.drop(record.id, out)
    // Remembered only once durable: a submit that comes to nothing must not make this peer decline what the custodians
    // recover, whose ballot may be lower than that of a repeated submit.
    if (durable) this.#hands.memory.remember(record.id, ballot, now)
    const facts = { attempts, now, leasedMs, announced: true, durable }
    this.#hands.borne.set(record.id, newBorne(record, ballot, facts))
    out.push({ type: 'waiting', record, attempts: attempts.length, avoid: [] })
  }

  /**
   * This life had the task under this ballot or a higher one before, perhaps of another set of custodians: it gives the
   * baton up, so that those that gave it need not wait for a lease. Not while a run for these same custodians goes on.
   */
  #decline(input: Extract<BearerInput, { type: 'bear' }>, now: Millis, out: Out): void {
    const { record, ballot } = input
    if (this.#hands.borne.get(record.id)?.record.version === record.version) return
    const borne = newBorne(record, ballot, { ...input, now, announced: true })
    this.#endings.giveUp(borne, { ran: false, code: 'borne-before', message: 'it had a higher ballot before' }, out)
  }

  /** A run has ended, for which a newer baton of the same task had to wait: that is borne now. */
  #bearAfter(ended: Borne | undefined, now: Millis, out: Out): void {
    if (ended?.after) this.#onBear({ type: 'bear', ...ended.after }, now, out)
  }

  #onVoid(task: TaskId, ballot: Ballot, out: Out): void {
    const borne = this.#hands.borne.get(task)
    // A baton that is durable, or of another submit of the key, stays.
    if (borne && !borne.durable && compareBallots(borne.ballot, ballot) === 0) this.#hands.drop(task, out)
  }

  #onDecided({ tasks, decision }: Extract<BearerInput, { type: 'decided' }>): void {
    for (const task of tasks) {
      const borne = this.#hands.borne.get(task)
      if (borne) this.#hands.announcements.note(borne, decision)
    }
  }

  // ---- batons from others

  #onMessage(from: BearerId, message: BearerMessage, now: Millis, out: Out): void {
    switch (message.t) {
      case 'award':
        for (const baton of message.batons) this.#handing.onAward(from, baton, now, out)
        break
      case 'accept':
        for (const { task, ballot } of message.tasks) this.#handing.onAccept(from.peer, task, ballot)
        break
      case 'renewed':
        this.#onRenewed(from.peer, message, now, out)
        break
      case 'committed':
        this.#endings.onCommitted(from.peer, message, out)
        this.#successions.onCommitted(from.peer, message, now, out)
        break
      case 'lacking': {
        const borne = this.#hands.under(message.task, message.ballot)
        if (borne?.record.custodians.includes(from.peer)) this.#endings.sendCommit(borne, from.peer, out, true)
        break
      }
      case 'begun':
        this.#handing.onBegun(from.peer, message, out)
        break
      case 'stored':
      case 'already':
      case 'unstored': {
        this.#successions.onStored(from.peer, message, now, out)
        const borne = this.#hands.borne.get(message.task)
        if (borne) this.#placings.placeInNext(borne, now, out)
        break
      }
      case 'fenced':
        this.#endings.onFenced(from.peer, message, now, out)
        break
    }
  }

  #onRenewed(from: PeerId, message: MessageOf<'renewed'>, now: Millis, out: Out): void {
    this.#hands.renewals.onRenewed(from, message)
    for (const { task, ballot } of message.lacking) {
      // That custodian missed the record. Once it has stored it, it counts the lease, too.
      const borne = this.#hands.under(task, ballot)
      if (!borne || borne.next || !borne.record.custodians.includes(from)) continue
      const { record, attempts } = borne
      const store: MessageOf<'store'> = { t: 'store', record, ballot, attempts: [...attempts] }
      if (mayHaveBegun(borne)) store.begun = true
      out.push({ type: 'send', to: from, message: store })
    }
    for (const { task, ballot } of message.refused) {
      const fence = { t: 'fenced', task, ballot, promised: ballot, code: 'fenced', final: false } as const
      this.#endings.onFenced(from, fence, now, out)
    }
  }

  #onConnected(peer: PeerId, incarnation: Incarnation, now: Millis, out: Out): void {
    this.#hands.renewals.onConnected(peer)
    for (const borne of this.#hands.borne.values()) {
      const { handed } = borne
      if (handed?.to.peer === peer && handed.to.incarnation === incarnation) this.#handing.handAgain(borne, now)
      if (borne.record.custodians.includes(peer)) this.#endings.sendCommit(borne, peer, out)
    }
  }

  /** Gives the task back to its custodians, which find it another bearer: now, or once its run here has stopped. */
  #giveBack(task: TaskId, why: keyof typeof givenBack | 'had-before', out: Out): void {
    if (why === 'had-before') {
      this.#endings.handBack(task, out)
      return
    }
    const borne = this.#hands.borne.get(task)
    if (borne?.state === 'waiting' || borne?.state === 'beginning') {
      this.#endings.giveUp(borne, { ran: false, code: why, message: givenBack[why] }, out)
    } else if (borne?.state === 'queued' || borne?.state === 'running') {
      if (why !== 'shutdown' && borne.ending) return
      borne.ending = why
      out.push({ type: 'halt', task, ballot: borne.runBallot, code: why })
    }
  }
}
