import type { Millis } from '@souk/kernel'
import { type Ballot, compareBallots, limits, type MessageOf, type TaskId, type TaskState } from '@souk/wire'

/** sendings without an answer that are remembered; more than a lease holds */
const sendingsMax = 16

export interface Held {
  task: TaskId
  ballot: Ballot
  state: TaskState
}

/**
 * Renewals towards one custodian: what it was told, by changes, and which sending it last confirmed.
 * A task that is younger than one period never enters, so short tasks cost nothing.
 */
export class RenewalLink {
  /** what the last sending said of each task, and the first sending that named it */
  readonly #said = new Map<TaskId, Held & { firstSeq: number }>()
  readonly #counter: { seq: number }
  #seq = 0
  #fresh = true
  readonly #sentAt = new Map<number, Millis>()
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
    const adds = this.#fresh ? held : held.filter((h) => this.#saidUnder(h)?.state !== h.state)
    const removes = this.#removes(held)
    if (held.length === 0 && removes.length === 0) return []
    const messages: MessageOf<'renew'>[] = []
    for (let i = 0; i === 0 || i < Math.max(adds.length, removes.length); i += limits.tasksPerMessageMax) {
      const base = this.#fresh ? 0 : this.#seq
      this.#fresh = false
      this.#seq = ++this.#counter.seq
      messages.push({
        t: 'renew',
        seq: this.#seq,
        base,
        incarnation,
        adds: adds.slice(i, i + limits.tasksPerMessageMax),
        removes: removes.slice(i, i + limits.tasksPerMessageMax),
      })
    }
    for (const { task } of removes) this.#said.delete(task)
    // Saying all from nothing takes no confirmation back: the custodian had that sending.
    for (const h of held) this.#said.set(h.task, { ...h, firstSeq: this.#saidUnder(h)?.firstSeq ?? this.#seq })
    this.#sentAt.set(this.#seq, now)
    if (this.#sentAt.size > sendingsMax) this.#sentAt.delete(this.#sentAt.keys().next().value!)
    return messages
  }

  /** What was said of it under the ballot that it has now. */
  #saidUnder({ task, ballot }: Held): (Held & { firstSeq: number }) | undefined {
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

  /** The custodian confirmed a sending: the lease of all it said counts from when that was sent. */
  onRenewed(seq: number, again: boolean): void {
    if (again) {
      this.reset()
      return
    }
    const sentMs = this.#sentAt.get(seq)
    if (sentMs === undefined || seq <= this.#confirmedSeq) return
    this.#confirmedSeq = seq
    this.#confirmedMs = sentMs
  }

  /** Say all from nothing next time (a new connection, or the custodian asked). */
  reset(): void {
    this.#fresh = true
    this.#sentAt.clear()
  }

  /** When the last confirmed sending that held this task was sent. */
  confirmedMs(task: TaskId): Millis | undefined {
    const said = this.#said.get(task)
    return said && said.firstSeq <= this.#confirmedSeq ? this.#confirmedMs : undefined
  }
}
