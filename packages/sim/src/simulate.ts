import { Prng } from '@souk/kernel'
import type { Arrival } from './arrival.ts'
import { type Carriage, CodecCarriage, CopyCarriage } from './carriage.ts'
import { Checkers } from './checkers/checkers.ts'
import { Clients } from './clients.ts'
import { driveAudits } from './drive-audits.ts'
import { driveReadings } from './drive-readings.ts'
import { drawFaults } from './faults/draw-faults.ts'
import type { FaultKind, FaultPlan } from './faults/fault.ts'
import { driveFaults } from './faults/fault-driver.ts'
import { anyFault } from './faults/fault-rates.ts'
import { MachineCrash } from './machine-crash.ts'
import type { Profile } from './profiles.ts'
import { count, Stats } from './stats.ts'
import type { Subject } from './subject.ts'
import { drawSwarm } from './swarm.ts'
import { type Violation, Violations } from './violation.ts'
import { type Watch, Watches } from './watch.ts'
import { Workload } from './workload.ts'
import { World } from './world.ts'

/** Peers start within so long; the first submit comes when they know each other. */
const startSpreadMs = 200
const warmUpMs = 3000
/** Without an outcome for so long beyond the longest task, faults over, the run is stuck. */
const stallMs = 60_000
/** After the last outcome, until views are compared. */
const quietMs = 15_000
/** What the answers to the last questions take. */
const auditMs = 3000

export interface SimOptions {
  seed: number
  peers: number
  tasks: number
  profile: Profile
  subject: Subject
  /** every frame goes through the real codec: slower, and sizes and schemas are checked */
  codec?: boolean
  /** fault kinds to leave out of the plan: to see which of them a failure needs */
  without?: readonly FaultKind[]
  /** what goes wrong instead of what the profile's rates draw */
  plan?: FaultPlan
  /** what is submitted, where and when, instead of a stream that the profile's workload draws; `tasks` of them */
  arrivals?: readonly Arrival[]
  /** further readers of the run */
  watches?: readonly Watch[]
}

/** What one run came to. */
export interface SimResult {
  seed: number
  peers: number
  tasks: number
  profile: string
  violations: Violation[]
  violationCount: number
  traceHash: string
  /** virtual time */
  virtualMs: number
  plan: FaultPlan
  accepted: number
  closed: number
  refused: number
  /** accepted tasks that their one peer lost, as their clients had allowed */
  forgotten: number
  stats: Stats
  /** what clients heard, by kind */
  outcomes: ReadonlyMap<string, number>
  refusals: ReadonlyMap<string, number>
  overlaps: number
  /** tasks for which something happened that is not promised otherwise, by why: see configurations.ts */
  excused: { again: number; undone: number }
  restarts: number
  /** of those that went on from a checkpoint */
  resumed: number
  /** second runs of tasks that lagged */
  backups: number
  counters: Record<string, number>
}

/** Simulates a mesh from its start to its end; the same options give the same result. Never throws. */
export function simulate(options: SimOptions): SimResult {
  return new Simulation(options).run()
}

class Simulation {
  readonly #options: SimOptions
  readonly #violations = new Violations()
  readonly #stats = new Stats()
  readonly #checkers: Checkers
  readonly #watches: Watches
  readonly #carriage: Carriage
  readonly #world: World
  readonly #clients: Clients
  readonly #gapMs: number
  readonly #plan: FaultPlan
  #quietSince: number | undefined

  constructor(options: SimOptions) {
    this.#options = options
    const { seed, peers, tasks, subject } = options
    const root = new Prng(seed, 'run')
    const profile = drawSwarm(options.profile, root.fork('swarm'))
    const { reliable, lossChance } = profile.network
    this.#carriage = options.codec
      ? new CodecCarriage((detail) => this.#violations.safety('I11', this.#world.now, detail))
      : new CopyCarriage()
    const planned = options.plan === undefined ? anyFault(profile.faults) : options.plan.faults.length > 0
    const faultless = reliable && lossChance === 0 && !planned
    const widestSlots = Math.max(...profile.workload.classes.map(({ slots }) => slots))
    this.#checkers = new Checkers(this.#violations, subject, { faultless, widestSlots })
    const workload = new Workload(profile.workload, seed, root.fork('workload'))
    const listening: Watch[] = [...this.#checkers.all, this.#stats, ...(options.watches ?? [])]
    this.#watches = new Watches([...listening, { onReply: (...reply) => this.#clients.onReply(...reply) }])
    const parts = { seed, peers, profile, subject, watches: this.#watches, carriage: this.#carriage }
    this.#world = new World(parts)
    this.#clients = new Clients(this.#world, workload, root.fork('clients'))
    const slots = this.#world.nodes.reduce((sum, { offer }) => sum + offer.capacity.slots, 0)
    this.#gapMs = workload.gapMs(tasks, slots)
    const spanMs = options.arrivals?.at(-1)?.atMs ?? this.#gapMs * tasks
    const endMs = warmUpMs + Math.max(profile.workload.spanMsMin, spanMs)
    const plan = options.plan ?? drawFaults(profile.faults, peers, [warmUpMs, endMs], root.fork('faults'))
    const without = new Set<FaultKind>(options.without)
    this.#plan = { ...plan, faults: plan.faults.filter(({ kind }) => !without.has(kind)) }
  }

  run(): SimResult {
    const starts = new Prng(this.#options.seed, 'starts')
    const late = new Set(this.#plan.faults.flatMap((fault) => (fault.kind === 'late-join' ? [fault.node] : [])))
    for (const node of this.#world.nodes) {
      if (late.has(node.index)) continue
      this.#world.later(starts.float() * startSpreadMs, () => this.#world.start(node))
    }
    this.#world.later(warmUpMs, () => this.#beginClients())
    driveFaults(this.#world, this.#plan, this.#watches)
    driveAudits(this.#world)
    driveReadings(this.#world, this.#plan)
    this.#world.later(warmUpMs, () => this.#monitor())
    try {
      this.#world.run()
      this.#watches.tell('onEnd', this.#world.nodes, this.#clients.openAccepted(), this.#world.now)
    } catch (error) {
      const detail = error instanceof MachineCrash ? error.message : `the simulator failed: ${stackOf(error)}`
      const at = error instanceof MachineCrash ? `\n${stackOf(error.cause)}` : ''
      this.#violations.add('crash', 'crash', this.#world.now, detail + at)
    }
    return this.#result()
  }

  #beginClients(): void {
    const { arrivals, tasks } = this.#options
    if (arrivals === undefined) this.#clients.begin(tasks, this.#gapMs)
    else this.#clients.replay(arrivals)
  }

  /** Once a virtual second: is it over? */
  #monitor(): void {
    const { now } = this.#world
    const over = now >= this.#plan.endMs && this.#clients.submittedAll
    const { nodes, connections } = this.#world
    if (now >= this.#plan.endMs) this.#watches.tell('onCalm', nodes, (a, b) => connections.connected(a, b), now)
    if (over && this.#clients.open === 0 && !this.#clients.sayingAgain) this.#quietSince ??= now
    const heardAt = Math.max(this.#plan.endMs, this.#clients.progressAt)
    const stalled = over && this.#clients.open > 0 && now - heardAt > stallMs + this.#clients.longestMs
    if (this.#quietSince !== undefined && now - this.#quietSince >= quietMs) this.#world.stop()
    else if (stalled) this.#onStall()
    else this.#world.later(1000, () => this.#monitor())
  }

  #onStall(): void {
    this.#clients.audit()
    const unheard = this.#clients.openAccepted().length
    const silent = this.#clients.open - unheard
    if (unheard > 0) {
      const detail = `the clients of ${unheard} accepted tasks heard nothing for ${stallMs} ms, though the faults are over`
      this.#violations.add('liveness', 'I13', this.#world.now, detail)
    }
    if (silent > 0) {
      const codes = [...this.#clients.refusals].map(([code, count]) => `${code} ${count}`).join(', ')
      const detail = `${silent} submits were never accepted, though the faults are over (refusals: ${codes || 'none'})`
      this.#violations.add('liveness', 'G4', this.#world.now, detail)
    }
    this.#world.later(auditMs, () => this.#world.stop())
  }

  #result(): SimResult {
    const { seed, peers, tasks, profile } = this.#options
    const states = new Map<string, number>()
    const outcomes = new Map<string, number>()
    for (const { state, kind } of this.#clients.tasks.values()) {
      count(states, state)
      if (kind !== undefined) count(outcomes, kind)
    }
    const closed = states.get('closed') ?? 0
    const forgotten = states.get('forgotten') ?? 0
    const { again, undone } = this.#checkers.configurations.excusedTasks
    return {
      seed,
      peers,
      tasks,
      profile: profile.name,
      violations: this.#violations.list,
      violationCount: this.#violations.count,
      traceHash: this.#world.hash.toString(),
      virtualMs: this.#world.now,
      plan: this.#plan,
      accepted: closed + forgotten + (states.get('accepted') ?? 0),
      closed,
      refused: states.get('refused') ?? 0,
      forgotten,
      stats: this.#stats,
      outcomes,
      refusals: this.#clients.refusals,
      overlaps: this.#checkers.singleRun.overlaps,
      excused: { again: again.size, undone: undone.size },
      restarts: this.#checkers.singleRun.restarts,
      resumed: this.#checkers.checkpoints.resumed,
      backups: this.#checkers.backups.begun,
      counters: { ...this.#world.counters, ...this.#world.post.counters, bytes: this.#carriage.bytes },
    }
  }
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
