import type { Subject } from '../subject.ts'
import type { Violations } from '../violation.ts'
import type { Watch } from '../watch.ts'
import { AccountsChecker } from './accounts.ts'
import { AuditsChecker } from './audits.ts'
import { BackupsChecker } from './backups.ts'
import { BatonsChecker } from './batons.ts'
import { BoundsChecker } from './bounds.ts'
import { CapacityChecker } from './capacity.ts'
import { CheckpointsChecker } from './checkpoints.ts'
import { Configurations } from './configurations.ts'
import { ConvergenceChecker } from './convergence.ts'
import { DecreesChecker } from './decrees.ts'
import { DependenciesChecker } from './dependencies.ts'
import { Disks } from './disks.ts'
import { DurableChecker } from './durable.ts'
import { Excuses } from './excuses.ts'
import { FairnessChecker } from './fairness.ts'
import { FencesChecker } from './fences.ts'
import { GangsChecker } from './gangs.ts'
import { HoldsChecker } from './holds.ts'
import { IdleSlotsChecker } from './idle-slots.ts'
import { IncarnationsChecker } from './incarnations.ts'
import { NoneLostChecker } from './none-lost.ts'
import { OutcomesChecker } from './outcomes.ts'
import { PressureChecker } from './pressure.ts'
import { PromisesChecker } from './promises.ts'
import { SingleRunChecker } from './single-run.ts'
import { ZonesChecker } from './zones.ts'

export interface CheckersOptions {
  /** nothing fails in this run */
  faultless: boolean
  /** slots that the widest class of tasks takes */
  widestSlots: number
}

/** One checker per invariant family; all of them read the same stream. */
export class Checkers {
  readonly excuses = new Excuses()
  readonly disks = new Disks()
  readonly configurations: Configurations
  readonly outcomes: OutcomesChecker
  readonly noneLost: NoneLostChecker
  readonly durable: DurableChecker
  readonly pressure: PressureChecker
  readonly promises: PromisesChecker
  readonly decrees: DecreesChecker
  readonly dependencies: DependenciesChecker
  readonly gangs: GangsChecker
  readonly holds: HoldsChecker
  readonly capacity: CapacityChecker
  readonly checkpoints: CheckpointsChecker
  readonly audits: AuditsChecker
  readonly singleRun: SingleRunChecker
  readonly backups: BackupsChecker
  readonly batons: BatonsChecker
  readonly fairness: FairnessChecker
  readonly fences: FencesChecker
  readonly incarnations: IncarnationsChecker
  readonly accounts: AccountsChecker
  readonly bounds: BoundsChecker
  readonly convergence: ConvergenceChecker
  readonly idleSlots: IdleSlotsChecker
  readonly zones: ZonesChecker

  constructor(violations: Violations, subject: Subject, { faultless, widestSlots }: CheckersOptions) {
    const { excuses, disks } = this
    const configurations = new Configurations(violations)
    this.configurations = configurations
    this.outcomes = new OutcomesChecker(violations, excuses, configurations)
    this.noneLost = new NoneLostChecker(violations, configurations)
    this.durable = new DurableChecker(violations, disks, excuses, configurations)
    this.pressure = new PressureChecker(violations)
    this.promises = new PromisesChecker(violations, excuses)
    this.decrees = new DecreesChecker(violations, excuses, configurations)
    this.dependencies = new DependenciesChecker(violations, excuses, configurations)
    this.gangs = new GangsChecker(violations, faultless)
    this.holds = new HoldsChecker(violations)
    this.checkpoints = new CheckpointsChecker(violations, excuses)
    this.capacity = new CapacityChecker(violations)
    this.audits = new AuditsChecker(violations)
    this.singleRun = new SingleRunChecker(violations, excuses, configurations, faultless)
    this.backups = new BackupsChecker(violations)
    this.batons = new BatonsChecker(violations, excuses, configurations)
    this.fairness = new FairnessChecker(violations)
    this.fences = new FencesChecker(violations, excuses, configurations)
    this.incarnations = new IncarnationsChecker(violations)
    this.accounts = new AccountsChecker(violations, configurations, subject.leftoversOf)
    this.bounds = new BoundsChecker(violations)
    this.convergence = new ConvergenceChecker(violations, subject.rosterOf)
    this.zones = new ZonesChecker(violations, excuses)
    this.idleSlots = new IdleSlotsChecker(violations, widestSlots)
  }

  get all(): Watch[] {
    return Object.values(this)
  }
}
