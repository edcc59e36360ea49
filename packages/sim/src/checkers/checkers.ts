import type { Subject } from '../subject.ts'
import type { Violations } from '../violation.ts'
import { BallotsChecker } from './ballots.ts'
import { BoundsChecker } from './bounds.ts'
import { CapacityChecker } from './capacity.ts'
import { ConvergenceChecker } from './convergence.ts'
import { NoneLostChecker } from './none-lost.ts'
import { OutcomesChecker } from './outcomes.ts'
import { SingleRunChecker } from './single-run.ts'

/** One checker per invariant family; all of them read the same stream. */
export class Checkers {
  readonly outcomes: OutcomesChecker
  readonly noneLost: NoneLostChecker
  readonly capacity: CapacityChecker
  readonly singleRun: SingleRunChecker
  readonly ballots: BallotsChecker
  readonly bounds: BoundsChecker
  readonly convergence: ConvergenceChecker

  constructor(violations: Violations, subject: Subject, faultless: boolean) {
    this.outcomes = new OutcomesChecker(violations)
    this.noneLost = new NoneLostChecker(violations)
    this.capacity = new CapacityChecker(violations)
    this.singleRun = new SingleRunChecker(violations, faultless)
    this.ballots = new BallotsChecker(violations)
    this.bounds = new BoundsChecker(violations)
    this.convergence = new ConvergenceChecker(violations, subject.rosterOf)
  }

  get all() {
    const { outcomes, noneLost, capacity, singleRun, ballots, bounds, convergence } = this
    return [outcomes, noneLost, capacity, singleRun, ballots, bounds, convergence]
  }
}
