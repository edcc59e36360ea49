import type { Write } from '@souk/peer'
import { type Ballot, ballotText, compareBallots, type Frame } from '@souk/wire'
import type { SimNode } from '../node.ts'
import type { Violations } from '../violation.ts'
import type { Watch } from '../watch.ts'
import type { Excuses } from './excuses.ts'
import { storedEnd, storedVotes } from './stored-view.ts'

/**
 * I3: a custodian's promise never falls, across restarts, neither on its disk nor in what it says. A peer is its id:
 * one that takes the place of a damaged store has promised nothing.
 */
export class PromisesChecker implements Watch {
  readonly #violations: Violations
  readonly #excuses: Excuses
  /** (peer, task) to the highest ballot */
  readonly #written = new Map<string, Ballot>()
  readonly #said = new Map<string, Ballot>()
  /** what was said in this very moment: frames that leave together, to different peers, have no order among them */
  readonly #saidNow = new Map<string, Ballot>()
  #nowMs = Number.NEGATIVE_INFINITY

  constructor(violations: Violations, excuses: Excuses) {
    this.#violations = violations
    this.#excuses = excuses
  }

  onWritten(node: SimNode, writes: readonly Write[], now: number): void {
    if (this.#excuses.rolledBack(node.index)) return
    for (const [task, view] of storedVotes(writes)) {
      // Of a submit that was given up it may forget all, on a full disk without a trace: nobody was told that it is accepted.
      if (view === undefined) this.#forget(`${node.id}/${task}/`)
      // A closed one votes on nothing any more; its copy comes with the ballot of its outcome.
      else if (storedEnd(writes, task)?.phase === 'closed') this.#forget(`${node.id}/${task}/`)
      // A pointer votes on nothing; if it comes to keep that version again, its promise must be no lower than it was.
      else if (storedEnd(writes, task)?.phase !== 'moved') {
        const key = `${node.id}/${task}/${view.version}`
        if (this.#excuses.wasFull(node.index) && isSubmits(this.#written.get(key))) this.#written.delete(key)
        this.#raise(this.#written, key, view.promised, 'writes a promise of', now)
      }
    }
  }

  onFrame(from: SimNode, _to: SimNode, { messages }: Frame, now: number): void {
    for (const message of messages) {
      // What it accepted may leave late, behind its disk; a promise that was overtaken must not.
      if (message.t !== 'promise') continue
      const { task, version, ballot } = message
      if (now > this.#nowMs) this.#nextMoment(now)
      const key = `${from.id}/${task}/${version}`
      this.#compare(this.#said.get(key), key, ballot, 'promises', now)
      this.#saidNow.set(key, higher(this.#saidNow.get(key), ballot))
    }
  }

  #nextMoment(now: number): void {
    for (const [key, ballot] of this.#saidNow) this.#said.set(key, higher(this.#said.get(key), ballot))
    this.#saidNow.clear()
    this.#nowMs = now
  }

  #forget(prefix: string): void {
    for (const key of this.#written.keys()) if (key.startsWith(prefix)) this.#written.delete(key)
  }

  #raise(highest: Map<string, Ballot>, key: string, ballot: Ballot, what: string, now: number): void {
    this.#compare(highest.get(key), key, ballot, what, now)
    highest.set(key, higher(highest.get(key), ballot))
  }

  #compare(before: Ballot | undefined, key: string, ballot: Ballot, what: string, now: number): void {
    if (before === undefined || compareBallots(ballot, before) >= 0) return
    this.#violations.safety('I3', now, `${key} ${what} ${ballotText(ballot)} after ${ballotText(before)}`)
  }
}

const higher = (before: Ballot | undefined, ballot: Ballot): Ballot =>
  before !== undefined && compareBallots(before, ballot) > 0 ? before : ballot

/** Whether an origin began it with its first submit. */
function isSubmits(ballot: Ballot | undefined): boolean {
  return ballot?.counter === 1
}
