import { emptyRequest, type GpuRequest, hash64, hashBase32, type Prng } from '@souk/kernel'
import { objectives, type Priority, plainSpec, priorities, type TaskSpec, taskIdOf } from '@souk/wire'
import { CheckpointDraws } from './checkpoint-draws.ts'
import { DependencyDraws } from './dependency-draws.ts'
import { type Duration, drawDuration, meanDuration, pickWeighted } from './distributions.ts'
import { GangDraws } from './gang-draws.ts'
import { encodeArgs, workFunction } from './work-args.ts'
import { ZoneDraws } from './zone-draws.ts'

/** Tasks alike. */
export interface TaskClass {
  name: string
  /** share among the classes */
  weight: number
  duration: Duration
  cpuMilli: number
  memoryBytes: number
  slots: number
  /** none where it is absent */
  gpu?: GpuRequest
  /** what will do instead, in order of preference */
  alternatives?: { cpuMilli: number; memoryBytes: number; slots: number }[]
}

/** What clients ask for; plain data. */
export interface WorkloadShape {
  classes: TaskClass[]
  /** weight of each priority, critical first */
  priorityWeights: readonly [number, number, number, number]
  /** share of the mesh's slots that the stream keeps busy; 1 and more builds a backlog */
  load: number
  /** the whole stream lasts at least so long, so that faults fall into it */
  spanMsMin: number
  /** all at once instead of a Poisson stream */
  burst: boolean
  /** tasks in one submit, at most */
  batchMax: number
  /** share of the nodes that have clients; at least one has */
  submitterShare: number
  /** the work itself fails */
  failChance: number
  /** further runs after such a failure */
  retries: number
  /** a client changes its mind */
  cancelChance: number
  /** share of tasks with a timeout of half their duration */
  timeoutChance: number
  /** clients go to another peer with the same key when theirs is away, and ask anywhere what became of a task */
  anyPeer: boolean
  /** a client first asks a peer that is up then */
  livingFirst?: boolean
  /** share of tasks that only their own peer keeps, on its disk or not at all */
  localChance: number
  noneChance: number
  /** share of tasks that must never start twice */
  atMostOnceChance: number
  /** share of tasks that expire unless they have ended in time */
  expireChance: number
  /** share of tasks that say what their host is chosen for */
  objectiveChance?: number
  /** a client says an accepted task's submit once more, with its key */
  resubmitChance: number
  /** accounts on which tasks are; with 1 nobody has to be fair */
  tenants: number
  /** share of tasks that are wanted by some time */
  deadlineChance: number
  /** share of tasks that wait for others drawn before */
  afterChance: number
  /** share of tasks of one slot that come as gangs of two or three */
  gangChance: number
  /** share of tasks that can be stopped and go on elsewhere */
  checkpointChance?: number
  /** share of tasks that may run twice at once */
  idempotentChance?: number
  /** share of tasks that must be apart from each other by zone */
  zoneChance?: number
}

/** A task that may expire does so after so many times its duration, and this. */
const expiryFactor = 2
const expiryMsMin = 500

/** A task with a deadline is wanted within so many times its duration, at most. */
const deadlineFactorMax = 10

/** One task to submit, not yet bound to a node. */
export interface TaskDraft {
  nonce: string
  spec: TaskSpec
  ms: number
  /** all its runs: one that fails or takes too long is run again */
  runsMs: number
}

/** Draws tasks and the times between submits. */
export class Workload {
  readonly shape: WorkloadShape
  readonly #prng: Prng
  /** of its own, so that shares of 0 change nothing */
  readonly #promisePrng: Prng
  readonly #dependencies: DependencyDraws
  readonly #gangs: GangDraws
  readonly #checkpoints: CheckpointDraws
  readonly #idempotentPrng: Prng
  readonly #zones: ZoneDraws
  readonly #objectivePrng: Prng
  readonly #accountPrng: Prng
  readonly #seed: number
  readonly #weights: number
  #drawn = 0

  constructor(shape: WorkloadShape, seed: number, prng: Prng) {
    this.shape = shape
    this.#seed = seed
    this.#prng = prng
    this.#promisePrng = prng.fork('promises')
    this.#dependencies = new DependencyDraws(shape.afterChance, prng.fork('after'))
    this.#gangs = new GangDraws(shape.gangChance, prng.fork('gangs'))
    this.#checkpoints = new CheckpointDraws(shape.checkpointChance ?? 0, prng.fork('checkpoints'))
    this.#idempotentPrng = prng.fork('idempotent')
    this.#zones = new ZoneDraws(shape.zoneChance ?? 0, prng.fork('zones'))
    this.#objectivePrng = prng.fork('objectives')
    this.#accountPrng = prng.fork('accounts')
    this.#weights = shape.classes.reduce((sum, { weight }) => sum + weight, 0)
  }

  /** Mean slot-ms of one task. */
  meanSlotMs(): number {
    const { classes } = this.shape
    return classes.reduce((sum, c) => sum + c.weight * c.slots * meanDuration(c.duration), 0) / this.#weights
  }

  /** Mean ms between tasks for this load on so many slots, stretched to `spanMsMin`. */
  gapMs(tasks: number, slots: number): number {
    if (this.shape.burst) return 0
    return Math.max(this.meanSlotMs() / (slots * this.shape.load), this.shape.spanMsMin / tasks)
  }

  /** The next task, or all members of a gang of at most `max`. */
  drawTasks(max: number): TaskDraft[] {
    const drafts = this.#gangs.draw(this.drawTask(), max)
    for (const draft of drafts) {
      this.#dependencies.add(taskIdOf(draft))
      this.#checkpoints.add(draft.spec)
      if (this.#idempotentPrng.chance(this.shape.idempotentChance ?? 0)) draft.spec.idempotent = true
      this.#zones.add(draft.spec)
    }
    return drafts
  }

  drawTask(): TaskDraft {
    const index = this.#drawn++
    const prng = this.#prng
    const taskClass = pickWeighted(prng, this.shape.classes, ({ weight }) => weight)
    const ms = Math.round(drawDuration(prng, taskClass.duration) * 1000) / 1000
    const fail = prng.chance(this.shape.failChance)
    const timeoutMs = prng.chance(this.shape.timeoutChance) ? Math.max(1, Math.round(ms / 2)) : 0
    const priority = pickWeighted(prng, priorities, (name) => this.shape.priorityWeights[priorities.indexOf(name)]!)
    const spec = specOf(taskClass, priority, encodeArgs({ ms, fail }), timeoutMs, this.shape.retries)
    Object.assign(spec, this.#drawPromises(ms), this.#drawObjective(), this.#drawAccount(ms))
    const after = this.#dependencies.draw()
    if (after !== undefined) spec.after = after
    const runsMs = fail || timeoutMs > 0 ? ms * (1 + spec.retries) : ms
    return { nonce: nonceOf(this.#seed, index), spec, ms, runsMs }
  }

  /** What is promised of it: most tasks want all there is. */
  #drawPromises(ms: number): Pick<TaskSpec, 'durability' | 'starts' | 'expiresMs'> {
    const { localChance, noneChance, atMostOnceChance, expireChance } = this.shape
    const prng = this.#promisePrng
    const kept = prng.float()
    const durability = kept < noneChance ? 'none' : kept < noneChance + localChance ? 'local' : 'quorum'
    const starts = prng.chance(atMostOnceChance) ? 'at-most-once' : 'at-least-once'
    const expires = prng.chance(expireChance)
    return { durability, starts, expiresMs: expires ? Math.ceil(expiryMsMin + expiryFactor * ms) : 0 }
  }

  /** On whose account it is, and by when it is wanted. */
  #drawAccount(ms: number): Pick<TaskSpec, 'tenant' | 'deadlineMs'> {
    const { tenants, deadlineChance } = this.shape
    const prng = this.#accountPrng
    const tenant = tenants > 1 ? `sim${prng.below(tenants)}` : 'sim'
    if (!prng.chance(deadlineChance)) return { tenant }
    return { tenant, deadlineMs: Math.ceil(ms * deadlineFactorMax * prng.float()) + 1 }
  }

  #drawObjective(): Pick<TaskSpec, 'objective'> {
    const { objectiveChance = 0 } = this.shape
    return this.#objectivePrng.chance(objectiveChance) ? { objective: this.#objectivePrng.pick(objectives) } : {}
  }
}

/**
 * A task that simply takes `ms` and succeeds: the n-th of a run, for who brings a stream of arrivals. `data`: where its
 * data is, and how long it takes to fetch it from there.
 */
export function plainDraft(
  seed: number,
  index: number,
  taskClass: TaskClass,
  ms: number,
  data?: { node: number; ms: number },
): TaskDraft {
  const spec = specOf(taskClass, 'medium', encodeArgs({ ms, fail: false, ...(data ? { data } : {}) }), 0, 0)
  return { nonce: nonceOf(seed, index), spec, ms, runsMs: ms }
}

function requestWith({
  cpuMilli,
  memoryBytes,
  slots,
  gpu = { count: 0, milli: 0 },
}: Pick<TaskClass, 'cpuMilli' | 'memoryBytes' | 'slots' | 'gpu'>) {
  return { ...emptyRequest(), cpuMilli, memoryBytes, slots, gpu }
}

function specOf(
  { name, alternatives, ...amounts }: TaskClass,
  priority: Priority,
  args: string,
  timeoutMs: number,
  retries: number,
): TaskSpec {
  return plainSpec({
    name,
    tenant: 'sim',
    class: name,
    work: { kind: 'function', name: workFunction, args },
    request: requestWith(amounts),
    ...(alternatives ? { alternatives: alternatives.map(requestWith) } : {}),
    priority,
    timeoutMs,
    retries,
    attemptsMax: 100,
    outputBytesMax: 65536,
  })
}

/** The client's key of its n-th task, hashed to the 16 characters that a task id starts with. */
function nonceOf(seed: number, index: number): string {
  const key = `${seed}/${index}`
  return hashBase32(hash64(key, 1), 12) + hashBase32(hash64(key, 2), 4)
}
