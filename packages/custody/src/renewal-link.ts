import type { Millis } from '@souk/kernel'
import {
  type Ballot,
  compareBallots,
  limits,
  type MessageOf,
  type PeerId,
  type TaskId,
  type TaskState,
} from '@souk/wire'

/** most renewals remembered until their answer comes; more than are sent within a lease */
const sendingsMax = 64

/** A baton as a renewal names it. */
export interface Held {
  task: TaskId
  version: number
  ballot: Ballot
  state: TaskState
  moves?: number
  path?: PeerId[]
}

interface Said extends Held {
  /** the first renewal of the present base that named it and was not refused; Infinity: none has yet */
  firstSeq: number
  /** when a confirmed renewal other than the last full one was sent: an announcement of it, or one of an earlier base */
  confirmedMs: Millis | undefined
}

/**
 * A bearer's renewals towards one custodian. Each tells only what has changed since the one before it, its base; base 0 tells
 * all. A full renewal extends the leases of all that was told, an announcement only of what it adds. A task is confirmed from
 * when the renewal was sent, never from when the answer came. Its other end is `HeldSets`.
 */
export class RenewalLink {
  readonly #said = new Map<TaskId, Said>()
  readonly #counter: { seq: number }
  #seq = 0
  /** the next renewal tells all, from base 0 */
  #fresh = true
  /** renewals without an answer yet, by seq; `announced`: of an announcement, what it added */
  readonly #sent = new Map<number, { ms: Millis; announced: TaskId[] | undefined }>()
  /** of the last full renewal that was confirmed */
  #confirmedSeq = 0
  #confirmedMs: Millis = 0

  /** `counter` is shared by all links of a life: no seq comes twice, so a custodian cannot take a new base for an old one. */
  constructor(counter: { seq: number } = { seq: 0 }) {
    this.#counter = counter
  }

  get size(): number {
    return this.#said.size
  }

  /** The messages that turn what was told into `held`; one even when nothing changed, as long as anything is held. */
  renew(held: readonly Held[], incarnation: number, now: Millis): MessageOf<'renew'>[] {
    const adds = held.filter((h) => this.#isNews(h))
    const removes = this.#removes(held)
    if (held.length === 0 && removes.length === 0) return []
    const messages: MessageOf<'renew'>[] = []
    const length = Math.max(adds.length, removes.length)
    for (let i = 0; i === 0 || i < length; i += limits.tasksPerMessageMax) {
      const end = i + limits.tasksPerMessageMax
      // Only the last one is full: a custodian has to go over all that is held once a round.
      messages.push(this.#message(adds.slice(i, end), removes.slice(i, end), incarnation, end >= length))
    }
    for (const { task } of removes) this.#said.delete(task)
    for (const h of held) this.#say(h)
    this.#remember(now, undefined)
    return messages
  }

  /** Adds these to what was told before, and renews nothing else. */
  announce(news: readonly Held[], incarnation: number, now: Millis): MessageOf<'renew'>[] {
    const adds = news.filter((h) => this.#isNews(h))
    const messages: MessageOf<'renew'>[] = []
    for (let i = 0; i < adds.length; i += limits.tasksPerMessageMax) {
      const part = adds.slice(i, i + limits.tasksPerMessageMax)
      messages.push(this.#message(part, [], incarnation, false))
      for (const h of part) this.#say(h)
      this.#remember(
        now,
        part.map(({ task }) => task),
      )
    }
    return messages
  }

  #message(
    adds: Held[],
    removes: { task: TaskId; ballot: Ballot }[],
    incarnation: number,
    full: boolean,
  ): MessageOf<'renew'> {
    const base = this.#fresh ? 0 : this.#seq
    this.#fresh = false
    this.#seq = ++this.#counter.seq
    return { t: 'renew', seq: this.#seq, base, incarnation, full, adds, removes }
  }

  /** Whether the custodian was not told this yet, in the present base: the task, its ballot or its state. */
  #isNews(h: Held): boolean {
    const said = this.#saidUnder(h)
    return said === undefined || said.firstSeq === Infinity || said.state !== h.state
  }

  /** Notes what was told. A task told again, in another state, stays confirmed as it was. */
  #say(h: Held): void {
    const before = this.#saidUnder(h)
    if (before && before.firstSeq !== Infinity && before.state === h.state) return
    const firstSeq = before && before.firstSeq !== Infinity ? before.firstSeq : this.#seq
    this.#said.set(h.task, { ...h, firstSeq, confirmedMs: before?.confirmedMs })
  }

  #remember(now: Millis, announced: TaskId[] | undefined): void {
    this.#sent.set(this.#seq, { ms: now, announced })
    if (this.#sent.size > sendingsMax) this.#sent.delete(this.#sent.keys().next().value!)
  }

  /** What was told of the task, if under the same ballot. */
  #saidUnder({ task, ballot }: Held): Said | undefined {
    const said = this.#said.get(task)
    return said && compareBallots(said.ballot, ballot) === 0 ? said : undefined
  }

  /** What was told and is no longer held. From base 0 nothing need be taken back. */
  #removes(held: readonly Held[]): { task: TaskId; ballot: Ballot }[] {
    const current = new Set(held.map((h) => h.task))
    const gone = [...this.#said.values()]
      .filter(({ task }) => !current.has(task))
      .map(({ task, ballot }) => ({ task, ballot }))
    if (!this.#fresh) return gone
    for (const { task } of gone) this.#said.delete(task)
    return []
  }

  /** The custodian confirmed a renewal, or (again) lacks its base: then the next one tells all. */
  onRenewed(seq: number, again: boolean): void {
    if (again) {
      this.reset()
      return
    }
    const sent = this.#sent.get(seq)
    if (!sent) return
    if (sent.announced) {
      for (const task of sent.announced) {
        const said = this.#said.get(task)
        if (said?.firstSeq === seq) said.confirmedMs = sent.ms
      }
    } else if (seq > this.#confirmedSeq) {
      this.#confirmedSeq = seq
      this.#confirmedMs = sent.ms
    }
  }

  /** The custodian refused or lacks the task: nothing told of it counts, and it is told again as long as it is held. */
  unsay(task: TaskId): void {
    const said = this.#said.get(task)
    if (!said) return
    said.firstSeq = Infinity
    said.confirmedMs = undefined
  }

  /** The next renewal tells all: there is a new connection, or the custodian asked for it. */
  reset(): void {
    this.#fresh = true
    this.#sent.clear()
    // What was confirmed stays so, but a later renewal confirms only what it names, as it begins a new base.
    for (const said of this.#said.values()) {
      said.confirmedMs = this.confirmedMs(said.task)
      said.firstSeq = Infinity
    }
  }

  /** When the last confirmed renewal that extended this task's lease was sent. */
  confirmedMs(task: TaskId): Millis | undefined {
    const said = this.#said.get(task)
    if (!said) return undefined
    return said.firstSeq <= this.#confirmedSeq ? this.#confirmedMs : said.confirmedMs
  }
}
