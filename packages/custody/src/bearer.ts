import type { Machine, Millis } from '@souk/kernel'
import type { Ballot, Bearer as BearerId, Incarnation, MessageOf, PeerId, TaskId, TaskRecord } from '@souk/wire'
import { compareBallots } from '@souk/wire'
import { BearerEndings } from './bearer-endings.ts'
import type { BearerEffect, BearerInput, BearerMessage } from './bearer-io.ts'
import { type Borne, mayHaveBegun, newBorne, type Placing } from './borne.ts'
import type { CustodyConfig } from './config.ts'
import { Handing } from './handing.ts'
import { Hands } from './hands.ts'
import { Successions } from './successions.ts'
import type { MeshView } from './views.ts'

type Out = BearerEffect[]

/** Batons that are given up, or whose run is stopped, when a majority of custodians does not confirm them in time. */
const leased = new Set<Borne['state']>(['waiting', 'beginning', 'queued', 'running'])

/**
 * The right to queue, run, move and commit tasks, as far as this peer has it.
 *
 * Invariants: I16 a baton has one bearer: it is handed to one named peer in one life, retried to that same peer and to
 * no other, never to a peer on its path, and never taken twice by one life. I4 one outcome is proposed under a
 * ballot. I5 a run is stopped when its lease was not confirmed for `leaseStopMs`; a bearer that stopped never resumes.
 * Inputs: batons from the local custodian or other peers, market's choices, what the host's runs came to.
 * Effects: sends, orders to host and market. Bounds: batonMemoryMax.
 */
export class Bearer implements Machine<BearerInput, BearerEffect> {
  readonly #config: CustodyConfig
  readonly #hands: Hands
  readonly #endings: BearerEndings
  readonly #handing: Handing
  readonly #successions: Successions
  #nextAnnounce: Millis = Infinity
  #nextRenew: Millis = Infinity
  #nextCheck: Millis = Infinity

  constructor(config: CustodyConfig, { self, mesh }: { self: PeerId; mesh: MeshView }) {
    this.#config = config
    this.#hands = new Hands(config, self)
    this.#endings = new BearerEndings(this.#hands)
    this.#handing = new Handing(this.#hands, this.#endings)
    this.#successions = new Successions(config, this.#hands, this.#endings, mesh)
  }

  step(input: BearerInput, now: Millis, out: Out): void {
    this.#hands.announcements.begin(now)
    switch (input.type) {
      case 'start':
        this.#hands.start(input.wallMs, input.incarnation, now)
        break
      case 'bear':
        this.#onBear(input, now, out)
        break
      case 'durable':
        this.#onDurable(input.task, now, out)
        break
      case 'void':
        this.#onVoid(input.task, input.ballot, out)
        break
      case 'message':
        this.#onMessage(input.from, input.message, now, out)
        break
      case 'handOver':
        this.#onPlaced(input.tasks, { choice: 'handOver', to: input.to, alternates: input.alternates }, now, out)
        break
      case 'keep':
        this.#onPlaced(input.tasks, { choice: 'keep' }, now, out)
        break
      case 'unplaceable':
        this.#onPlaced([input.task], { choice: 'unplaceable', message: input.message }, now, out)
        break
      case 'decided':
        this.#onDecided(input)
        break
      case 'admit':
        this.#handing.onAdmit(input.task, input.refusal, now, out)
        break
      case 'began':
        this.#endings.onBegan(input.task, input.ballot)
        break
      case 'ended':
        this.#bearAfter(this.#endings.onEnded(input, now, out), now, out)
        break
      case 'dropped':
        this.#bearAfter(this.#endings.onDropped(input.task, input.ballot, input.code, out), now, out)
        break
      case 'connected':
        this.#onConnected(input.peer, input.incarnation, now, out)
        break
      case 'leave':
        this.#onLeave(out)
        break
      case 'wake':
        this.#onWake(now, out)
        break
    }
    this.#hands.outbox.flush(out)
    this.#arm(now)
  }

  nextWakeup(): Millis | undefined {
    const due = Math.min(this.#nextRenew, this.#nextCheck, this.#nextAnnounce)
    return due === Infinity ? undefined : due
  }

  snapshot() {
    return [...this.#hands.borne.values()].map(({ record, ballot, state, sinceMs }) => ({
      task: record.id,
      ballot,
      state,
      sinceMs,
    }))
  }

  get size(): number {
    return this.#hands.borne.size
  }

  /** The baton of a task, if it is in these hands. */
  find(task: TaskId): { record: TaskRecord; ballot: Ballot } | undefined {
    return this.#hands.borne.get(task)
  }

  // ---- getting and placing

  #onBear(input: Extract<BearerInput, { type: 'bear' }>, now: Millis, out: Out): void {
    const { record, ballot, attempts, durable } = input
    if (this.#hands.leaving) return
    if (this.#hands.memory.has(record.id, ballot)) return
    // A baton under an older ballot is over; market must not know the task twice.
    const known = this.#hands.borne.get(record.id)
    // Submitted once more: whether it is a new task at all its custodians have yet to say, and they know this one.
    if (known && !durable) return
    if (known && this.#endings.supersede(known, input, out)) return
    if (known?.state === 'waiting') this.#drop(record.id, out)
    this.#hands.memory.remember(record.id, ballot, now)
    const facts = { attempts, now, leaseAgeMs: 0, announced: true, durable }
    this.#hands.borne.set(record.id, newBorne(record, ballot, facts))
    out.push({ type: 'waiting', record, attempts: attempts.length })
  }

  /** An older run of it is over: now the newer baton that waited for that. */
  #bearAfter(ended: Borne | undefined, now: Millis, out: Out): void {
    if (ended?.after) this.#onBear({ type: 'bear', ...ended.after }, now, out)
  }

  #onDurable(task: TaskId, now: Millis, out: Out): void {
    const borne = this.#hands.borne.get(task)
    if (!borne || borne.durable) return
    borne.durable = true
    this.#placePending(borne, now, out)
  }

  #onVoid(task: TaskId, ballot: Ballot, out: Out): void {
    const borne = this.#hands.borne.get(task)
    if (borne && compareBallots(borne.ballot, ballot) === 0) this.#drop(task, out)
  }

  #onDecided({ tasks, decision }: Extract<BearerInput, { type: 'decided' }>): void {
    for (const task of tasks) {
      const borne = this.#hands.borne.get(task)
      if (borne) this.#hands.announcements.note(borne, decision)
    }
  }

  #placePending(borne: Borne, now: Millis, out: Out): void {
    const { pending } = borne
    if (!pending || !borne.durable || borne.next || borne.state !== 'waiting') return
    delete borne.pending
    this.#place(borne, pending, now, out)
  }

  /** Done now, or as soon as the record is on disk: nothing runs or leaves before. */
  #onPlaced(tasks: readonly TaskId[], placing: Placing, now: Millis, out: Out): void {
    for (const task of tasks) {
      const borne = this.#hands.borne.get(task)
      if (borne?.state !== 'waiting') continue
      borne.pending = placing
      this.#placePending(borne, now, out)
    }
  }

  #place(borne: Borne, placing: Placing, now: Millis, out: Out): void {
    // Its custodians may have given it to another by now: it is not ours to place any more.
    if (this.#hands.renewals.ranOut(borne, now)) {
      this.#drop(borne.record.id, out)
      return
    }
    switch (placing.choice) {
      case 'keep':
        this.#handing.take(borne, out)
        break
      case 'handOver':
        this.#handing.handOver(borne, placing.to, placing.alternates, now)
        break
      case 'unplaceable': {
        const { ballot, attempts } = borne
        const { message } = placing
        const endedWallMs = this.#hands.wall(now)
        this.#endings.commit(
          borne,
          { kind: 'failed', code: 'unplaceable', message, ballot, attempts, endedWallMs },
          out,
        )
      }
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
        if (borne) this.#placePending(borne, now, out)
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
      // It missed the record: with it its lease counts there too.
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

  #drop(task: TaskId, out: Out): void {
    if (this.#hands.borne.delete(task)) out.push({ type: 'withdrawn', task })
  }

  #onLeave(out: Out): void {
    this.#hands.leaving = true
    for (const borne of [...this.#hands.borne.values()]) {
      const task = borne.record.id
      if (borne.state === 'waiting' || borne.state === 'beginning') {
        if (borne.state === 'waiting') out.push({ type: 'withdrawn', task })
        this.#endings.giveUp(borne, { ran: false, code: 'shutdown', message: 'its bearer is going' }, out)
      }
      if (borne.state !== 'queued' && borne.state !== 'running') continue
      borne.ending = 'shutdown'
      out.push({ type: 'halt', task, ballot: borne.runBallot, code: 'shutdown' })
    }
  }

  // ---- time

  #arm(now: Millis): void {
    if (!this.#hands.announcements.empty) {
      this.#nextAnnounce = Math.min(this.#nextAnnounce, now + this.#config.announceMs)
    }
    if (this.#hands.borne.size === 0) return
    this.#nextRenew = Math.min(this.#nextRenew, now + this.#config.renewMs)
    this.#nextCheck = Math.min(this.#nextCheck, now + this.#config.leaseCheckMs)
  }

  #onWake(now: Millis, out: Out): void {
    if (now >= this.#nextAnnounce) this.#announce(now, out)
    if (now >= this.#nextRenew) {
      const { borne, incarnation, renewals } = this.#hands
      for (const { to, message } of renewals.round(borne.values(), incarnation, now)) {
        out.push({ type: 'send', to, message })
      }
      this.#sayAgain(now, out)
      this.#successions.look(now, out)
      this.#nextRenew = borne.size > 0 ? now + this.#config.renewMs : Infinity
    }
    if (now >= this.#nextCheck) {
      this.#checkLeases(now, out)
      this.#nextCheck = this.#hands.borne.size > 0 ? now + this.#config.leaseCheckMs : Infinity
    }
  }

  #announce(now: Millis, out: Out): void {
    const { announcements, borne, renewals, incarnation, self } = this.#hands
    const still = (b: Borne) => borne.get(b.record.id) === b
    const grown = announcements.grown(now - this.#config.announceMs, still)
    for (const { to, message } of renewals.announce(grown, incarnation, now)) out.push({ type: 'send', to, message })
    for (const { to, message } of announcements.takeNotes(self)) out.push({ type: 'send', to, message })
    this.#nextAnnounce = announcements.empty ? Infinity : now + this.#config.announceMs
  }

  /** What was not answered for a whole period. */
  #sayAgain(now: Millis, out: Out): void {
    for (const borne of this.#hands.borne.values()) {
      if (now - borne.sinceMs < this.#config.renewMs) continue
      if (borne.outcome) this.#endings.sendCommits(borne, out)
      else if (borne.state === 'beginning') this.#handing.sayBegin(borne, out)
    }
  }

  #checkLeases(now: Millis, out: Out): void {
    for (const borne of [...this.#hands.borne.values()]) {
      const { ballot, handed, state } = borne
      const task = borne.record.id
      // By then its custodians have started another ballot, or the receiver has answered them.
      if (handed && now - handed.atMs > 2 * this.#config.leaseMs) this.#hands.borne.delete(task)
      if (borne.ending || !leased.has(state) || !borne.durable) continue
      if (!this.#hands.renewals.ranOut(borne, now)) continue
      out.push({ type: 'leaseLost', task, ballot })
      if (state === 'waiting' || state === 'beginning') {
        // Nothing runs: as long as it is renewed anywhere, nobody else may take it up.
        if (state === 'waiting') out.push({ type: 'withdrawn', task })
        this.#endings.giveUp(borne, { ran: false, code: 'lease-lost', message: 'its custodians did not answer' }, out)
        continue
      }
      borne.ending = 'lease-lost'
      out.push({ type: 'halt', task, ballot: borne.runBallot, code: 'fenced' })
    }
  }
}
