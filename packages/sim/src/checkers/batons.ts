import type { RunOrder, TraceEvent } from '@souk/peer'
import { type Ballot, type Baton, ballotText, type Frame, type Incarnation, type TaskId } from '@souk/wire'
import type { SimNode } from '../node.ts'
import type { Violations } from '../violation.ts'
import type { Watch } from '../watch.ts'
import type { Configurations } from './configurations.ts'
import type { Excuses } from './excuses.ts'

/**
 * I16: a baton, that is a task under a ballot, has one bearer. One life of one peer takes it, and only when it was
 * handed to that life or the ballot is its own, until it puts it back unbegun; it is handed to one peer, however often, and never along its path; it
 * runs once. And a peer uses a counter of a task in one life only.
 */
export class BatonsChecker implements Watch {
  readonly #violations: Violations
  readonly #excuses: Excuses
  readonly #configurations: Configurations
  /** (task, ballot, giver's life) to the receiver */
  readonly #handed = new Map<string, string>()
  /** (task, ballot, receiver's life): it was handed there */
  readonly #offered = new Set<string>()
  /** (task, ballot) to the life that took it, and that ran it */
  readonly #taken = new Map<string, string>()
  readonly #ran = new Map<string, string>()
  /** (task, counter, peer) to the incarnation that used it */
  readonly #counters = new Map<string, Incarnation>()

  constructor(violations: Violations, excuses: Excuses, configurations: Configurations) {
    this.#violations = violations
    this.#excuses = excuses
    this.#configurations = configurations
  }

  onFrame(from: SimNode, to: SimNode, { messages }: Frame, now: number): void {
    for (const message of messages) {
      if (message.t === 'award') for (const baton of message.batons) this.#onHanded(from, to, baton, now)
    }
  }

  onTrace(node: SimNode, event: TraceEvent, now: number): void {
    if (event.type === 'task.queued') this.#onTaken(node, event.task, event.ballot, now)
    if (event.type === 'task.putBack') this.#onPutBack(node, event.task, event.ballot)
    if (event.type === 'task.recovered') this.#onCounter(event.task, event.ballot, now)
  }

  onRun(node: SimNode, { task, ballot, backup }: RunOrder, now: number): void {
    // It has no baton: see I18.
    if (backup) return
    this.#once(this.#ran, task, keyOf(task, ballot), lifeOf(node.id, node.incarnation), 'runs', now)
    this.#onCounter(task, ballot, now)
  }

  #onHanded(from: SimNode, to: SimNode, { record, ballot, path, incarnation }: Baton, now: number): void {
    const key = keyOf(record.id, ballot)
    this.#offered.add(`${key}/${lifeOf(to.id, incarnation)}`)
    this.#onCounter(record.id, ballot, now)
    const giver = `${key}/${lifeOf(from.id, from.incarnation)}`
    const before = this.#handed.get(giver)
    if (before !== undefined && before !== to.id) {
      this.#violations.safety('I16', now, `${from.id} hands ${key} to ${before}, then to ${to.id}`)
    }
    this.#handed.set(giver, to.id)
    if (path.includes(to.id)) this.#violations.safety('I16', now, `${from.id} hands ${key} back to ${to.id}`)
  }

  #onTaken(node: SimNode, task: TaskId, ballot: Ballot, now: number): void {
    const key = keyOf(task, ballot)
    const life = lifeOf(node.id, node.incarnation)
    const first = this.#taken.get(key)
    this.#once(this.#taken, task, key, life, 'takes', now)
    if (first !== undefined || ballot.peer === node.id || this.#offered.has(`${key}/${life}`)) return
    if (this.#excuses.forged(task)) return
    this.#violations.safety('I16', now, `${life} takes ${key}, which was never handed to that life`)
  }

  /** It had only waited there: whoever is handed it next takes it. */
  #onPutBack(node: SimNode, task: TaskId, ballot: Ballot): void {
    const key = keyOf(task, ballot)
    if (this.#taken.get(key) === lifeOf(node.id, node.incarnation)) this.#taken.delete(key)
  }

  #onCounter(task: TaskId, { counter, peer, incarnation }: Ballot, now: number): void {
    const key = `${task}/${counter}.${peer}`
    const before = this.#counters.get(key)
    if (before !== undefined && before !== incarnation && !this.#excused(task)) {
      const detail = `${key} is used in life ${incarnation}, and was in life ${before}`
      this.#violations.safety('I16', now, detail)
    }
    this.#counters.set(key, incarnation)
  }

  #excused(task: TaskId): boolean {
    return this.#excuses.forged(task) || this.#configurations.excused(task)
  }

  #once(first: Map<string, string>, task: TaskId, key: string, life: string, what: string, now: number): void {
    const before = first.get(key)
    first.set(key, life)
    if (before === undefined || this.#excused(task)) return
    this.#violations.safety('I16', now, `${life} ${what} ${key}, as ${before} did`)
  }
}

function keyOf(task: TaskId, ballot: Ballot): string {
  return `${task}/${ballotText(ballot)}`
}

function lifeOf(peer: string, incarnation: Incarnation): string {
  return `${peer}.${incarnation}`
}
