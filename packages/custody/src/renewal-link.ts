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

/** sendings without an answer that are remembered; more than a lease holds */
const sendingsMax = 64

export interface Held {
  task: TaskId
  version: number
  ballot: Ballot
  state: TaskState
  moves?: number
  path?: PeerId[]
}

interface Said extends Held {
  /** the first sending of the present base that named it and was not refused; Infinity: none has yet */
  firstSeq: number
  /** when a sending was sent that confirmed it, other than the last full one: an announcement, or one of an earlier base */
  confirmedMs: Millis | undefined
}

/**
 * Renewals towards one custodian: what it was told, by changes, and which sending it last confirmed. A full sending
 * extends all that was said; an announcement only what it adds.
 */
export class RenewalLink {
  readonly #said = new Map<TaskId, Said>()
  readonly #counter: { seq: number }
  #seq = 0
  #fresh = true
  readonly #sent = new Map<number, { ms: Millis; announced: TaskId[] | undefined }>()
  /** of the last full sending that was confirmed */
  #confirmedSeq = 0
  #confirmedMs: Millis = 0

  /** `counter` is shared by all links of one life: a custodian must never take a new link's seq for an old one's. */
  constructor(counter: { seq: number } = { seq: 0 }) {
    this.#counter = counter
  }

  get size(): number {
    return this.#said.size
  }

  /** The messages that turn what was said into `held`; one even when nothing changed, as long as anything is held. */
  renew(held: readonly Held[], incarnation: number, now: Millis): MessageOf<'renew'>[] {
    const adds = held.filter((h) => this.#isNews(h))
    const removes = this.#removes(held)
    if (held.length === 0 && removes.length === 0) return []
    const messages: MessageOf<'renew'>[] = []
    const length = Math.max(adds.length, removes.length)
    for (let i = 0; i === 0 || i < length; i += limits.tasksPerMessageMax) {
      const end = i + limits.tasksPerMessageMax
      // The last one extends all of them: a custodian goes over what it holds once a round.
      messages.push(this.#message(adds.slice(i, end), removes.slice(i, end), incarnation, end >= length))
    }
    for (const { task } of removes) this.#said.delete(task)
    for (const h of held) this.#say(h)
    this.#remember(now, undefined)
    return messages
  }

  /** Says these beside what was said before, and renews nothing else. */
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

  /** Whether the present base does not say so of it. */
  #isNews(h: Held): boolean {
    const said = this.#saidUnder(h)
    return said === undefined || said.firstSeq === Infinity || said.state !== h.state
  }

  /** Saying it again takes no confirmation back: the custodian had that sending. */
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

  /** What was said of it under the ballot that it has now. */
  #saidUnder({ task, ballot }: Held): Said | undefined {
    const said = this.#said.get(task)
    return said && compareBallots(said.ballot, ballot) === 0 ? said : undefined
  }

  /** What is no longer held; nothing to say of it when all is said from nothing. */
  #removes(held: readonly Held[]): { task: TaskId; ballot: Ballot }[] {
    const current = new Set(held.map((h) => h.task))
    const gone = [...this.#said.values()]
      .filter(({ task }) => !current.has(task))
      .map(({ task, ballot }) => ({ task, ballot }))
    if (!this.#fresh) return gone
    for (const { task } of gone) this.#said.delete(task)
    return []
  }

  /** The custodian confirmed a sending: the lease of all it extended counts from when that was sent. */
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

  /** It is not known there: nothing that was said of it counts. It is taken back like all else once it is not held. */
  unsay(task: TaskId): void {
    const said = this.#said.get(task)
    if (!said) return
    said.firstSeq = Infinity
    said.confirmedMs = undefined
  }

  /** Say all from nothing next time (a new connection, or the custodian asked). */
  reset(): void {
    this.#fresh = true
    this.#sent.clear()
    // What was confirmed stays so, but no sending to come extends what it does not name.
    for (const said of this.#said.values()) {
      said.confirmedMs = this.confirmedMs(said.task)
      said.firstSeq = Infinity
    }
  }

  /** When the last confirmed sending that held this task was sent. */
  confirmedMs(task: TaskId): Millis | undefined {
    const said = this.#said.get(task)
    if (!said) return undefined
    return said.firstSeq <= this.#confirmedSeq ? this.#confirmedMs : said.confirmedMs
  }
}
