import { type Ballot, type Bearer, compareBallots, type PeerId } from '@souk/wire'

/** One that may bear a task yet, as a custodian whose lease for it runs knows it. */
interface LastBearer {
  /** the ballot that is fenced */
  ballot: Ballot
  bearer: Bearer
  /** it said itself that it runs it: then it did not pass it on, and a new life of it has nothing to stop either */
  runs: boolean
  stopped: boolean
}

type Known = Omit<LastBearer, 'stopped'>

/**
 * Who has to stop before a task can end. The ballots do not say which of them it is: one that a single custodian
 * promised, or that another submit of the same key began, may be the highest while a lower one has its majority.
 */
export class LastBearers {
  readonly #all: LastBearer[] = []

  /** Also heard of elsewhere under the same ballot: whoever said itself that it runs it has it. */
  add({ ballot, bearer, runs }: Known): void {
    const known = this.#all.find((one) => compareBallots(one.ballot, ballot) === 0)
    if (!known) this.#all.push({ ballot, bearer, runs, stopped: false })
    else if (runs && !known.runs) {
      known.stopped &&= known.bearer.peer === bearer.peer
      known.bearer = bearer
      known.runs = true
    }
  }

  /** Only the word of whoever has it counts: a host that passed it on has nothing to stop. */
  onStopped(from: Bearer, ballot: Ballot): void {
    for (const one of this.#all) {
      if (one.bearer.peer !== from.peer || compareBallots(ballot, one.ballot) < 0) continue
      // A life that began later does not know whom the one before passed it on to.
      if (one.runs || one.bearer.incarnation === from.incarnation) one.stopped = true
    }
  }

  /** An outcome was accepted under this ballot: whoever bore it up to then has ended. */
  onEnded(ballot: Ballot): void {
    for (const one of this.#all) one.stopped ||= compareBallots(one.ballot, ballot) <= 0
  }

  /** It went on before the fence came: that goes after it. True: that is news. */
  onPassedOn(from: PeerId, ballot: Ballot, to: Bearer): boolean {
    const one = this.#all.find((o) => o.bearer.peer === from && compareBallots(ballot, o.ballot) >= 0)
    if (!one || one.stopped) return false
    one.bearer = to
    one.runs = false
    return true
  }

  /** Nothing of it runs any more. Where nobody is known only time can tell. */
  get haveStopped(): boolean {
    return this.#all.length > 0 && this.#all.every(({ stopped }) => stopped)
  }

  /** Those whose word is still missing. */
  get left(): readonly Known[] {
    return this.#all.filter(({ stopped }) => !stopped)
  }
}
