import { type Ballot, type Bearer, compareBallots, type PeerId } from '@souk/wire'

/** A bearer that may run the task yet, as told by a custodian for which its lease still runs. */
interface LastBearer {
  /** the ballot under which it bears the task, and which is fenced */
  ballot: Ballot
  bearer: Bearer
  /** it said itself that the task is queued or runs there: so it has not passed the baton on, and its run ends with its life */
  runs: boolean
  stopped: boolean
}

type Known = Omit<LastBearer, 'stopped'>

/**
 * All bearers that have to stop before a task can end, one per ballot. Which of them has the task the ballots do not say: one
 * that a single custodian promised, or another submit of the key began, may be the highest, and a lower one have its majority.
 */
export class LastBearers {
  readonly #all: LastBearer[] = []

  /** Adds a bearer. Of several named under one ballot, one that said itself that it has the task replaces any other. */
  add({ ballot, bearer, runs }: Known): void {
    const known = this.#all.find((one) => compareBallots(one.ballot, ballot) === 0)
    if (!known) this.#all.push({ ballot, bearer, runs, stopped: false })
    else if (runs && !known.runs) {
      known.stopped &&= known.bearer.peer === bearer.peer
      known.bearer = bearer
      known.runs = true
    }
  }

  /** A peer says that it has stopped. It counts for bearers in its own place only: who passed a baton on says nothing of it. */
  onStopped(from: Bearer, ballot: Ballot): void {
    for (const one of this.#all) {
      if (one.bearer.peer !== from.peer || compareBallots(ballot, one.ballot) < 0) continue
      // A later life does not know whether the one before passed the baton on: its word counts only if that ran the task.
      if (one.runs || one.bearer.incarnation === from.incarnation) one.stopped = true
    }
  }

  /** An outcome was accepted under this ballot: the bearers up to it have stopped. */
  onEnded(ballot: Ballot): void {
    for (const one of this.#all) one.stopped ||= compareBallots(one.ballot, ballot) <= 0
  }

  /** The fenced peer had passed the baton on to `to`, which is to be fenced instead. True: that is news. */
  onPassedOn(from: PeerId, ballot: Ballot, to: Bearer): boolean {
    const one = this.#all.find((o) => o.bearer.peer === from && compareBallots(ballot, o.ballot) >= 0)
    if (!one || one.stopped) return false
    one.bearer = to
    one.runs = false
    return true
  }

  /** Whether all have stopped. If none is known, only time can tell, so the answer is no. */
  get haveStopped(): boolean {
    return this.#all.length > 0 && this.#all.every(({ stopped }) => stopped)
  }

  /** Bearers that have not stopped yet. */
  get left(): readonly Known[] {
    return this.#all.filter(({ stopped }) => !stopped)
  }
}
