import { Deadlines, type Machine, type Millis, type Prng } from '@souk/kernel'
import { type MessageOf, objectives, type PeerId, type Shape } from '@souk/wire'
import type { Demand } from '../class-mix.ts'
import type { MarketConfig } from '../config.ts'
import { type Filtered, filterCandidates } from '../filter.ts'
import { knownHosts } from '../known-hosts.ts'
import type { Packing } from '../packing.ts'
import { groupRefusals } from '../reasons.ts'
import { shapeKey } from '../shape.ts'
import type { LocalView, MembersView } from '../views.ts'
import { whatWouldHelp } from '../would-help.ts'
import { isZoned } from '../zone-ties.ts'
import { evaluate } from './evaluate.ts'
import { wholeGangs } from './gang-places.ts'
import type { SurveyedHost } from './host-plan.ts'
import { leftOver } from './left-over.ts'
import type { ObjectivePlan, Plan, PlanTask, Unplaced } from './plan.ts'

export type PlannerInput =
  | { type: 'wake' }
  /** at most `limits.planTasksMax` tasks */
  | { type: 'plan'; client: number; tasks: PlanTask[]; assumedMs: Millis }
  | { type: 'message'; from: PeerId; message: MessageOf<'surveyed'> }
  | { type: 'gone'; client: number }

export type PlannerEffect =
  | { type: 'send'; to: PeerId; message: MessageOf<'survey'> }
  /** undefined: too many plans are being made here */
  | { type: 'planned'; client: number; plan: Plan | undefined }

interface PlannerParts {
  self: PeerId
  prng: Prng
  members: MembersView
  local: LocalView
  packing: Packing
}

/** Pause between two objectives, in which this peer can do other work. */
const evaluatePauseMs = 1

interface Asking {
  client: number
  tasks: (PlanTask & { index: number })[]
  assumedMs: Millis
  classes: string[]
  /** what tasks usually ask for, these included */
  demands: readonly Demand[]
  unplaced: Unplaced[]
  /** hosts asked, and the answer of each; undefined: none yet */
  asked: Map<PeerId, MessageOf<'surveyed'> | undefined>
  /** hosts that answered; undefined: answers are still waited for */
  hosts: SurveyedHost[] | undefined
  /** objectives that have been evaluated */
  done: ObjectivePlan[]
  /** tasks of gangs for which not all start times were tried under some objective, by index */
  unsettled: Set<number>
}

/**
 * The auction without the award, for `plan`: asks hosts what is free and what ends when (a survey), and evaluates the same
 * tasks under every objective. Nothing is reserved anywhere.
 *
 * Inputs: plans, answers. Effects: surveys, each plan's result (all answers in, or after planMsMax). Bounds: plansMax at
 * once, planHostsMax hosts asked.
 */
export class Planner implements Machine<PlannerInput, PlannerEffect> {
  readonly #config: MarketConfig
  readonly #self: PeerId
  readonly #prng: Prng
  readonly #members: MembersView
  readonly #local: LocalView
  readonly #packing: Packing
  readonly #asking = new Map<number, Asking>()
  readonly #closing = new Deadlines<number>()
  #next = 1

  constructor(config: MarketConfig, { self, prng, members, local, packing }: PlannerParts) {
    this.#config = config
    this.#self = self
    this.#prng = prng
    this.#members = members
    this.#local = local
    this.#packing = packing
  }

  step(input: PlannerInput, now: Millis, out: PlannerEffect[]): void {
    switch (input.type) {
      case 'plan':
        this.#onPlan(input, now, out)
        break
      case 'message':
        this.#onSurveyed(input.from, input.message, now)
        break
      case 'gone':
        for (const [id, { client }] of this.#asking) if (client === input.client) this.#end(id)
        break
      case 'wake':
        for (let id = this.#closing.popDue(now); id !== undefined; id = this.#closing.popDue(now))
          this.#onDue(id, now, out)
        break
    }
  }

  nextWakeup(): Millis | undefined {
    return this.#closing.next()
  }

  snapshot() {
    return { plans: this.#asking.size }
  }

  #onPlan(input: Extract<PlannerInput, { type: 'plan' }>, now: Millis, out: PlannerEffect[]): void {
    const { client, assumedMs } = input
    if (this.#asking.size >= this.#config.plansMax) {
      out.push({ type: 'planned', client, plan: undefined })
      return
    }
    const filtered = new Map<string, Filtered>()
    for (const { shape } of input.tasks) {
      const key = shapeKey(shape)
      if (!filtered.has(key)) filtered.set(key, this.#filter(shape))
    }
    const tasks = input.tasks.map((task, index) => ({ ...task, index }))
    const whole = wholeGangs(tasks, ({ shape }) => shapeKey(shape))
    const isPart = ({ gang }: PlanTask) => gang !== undefined && !whole.has(gang.key)
    const able = (shape: Shape) => filtered.get(shapeKey(shape))!.candidates.length > 0
    const id = this.#next++
    const asking: Asking = {
      client,
      assumedMs,
      tasks: tasks.filter((task) => !isPart(task) && able(task.shape)),
      classes: [...new Set(tasks.map(({ shape }) => shape.class))],
      demands: this.#packing.demandsWith(tasks.map(({ shape }) => shape.request)),
      unplaced: this.#unplaced(tasks, filtered, isPart),
      asked: new Map(this.#asked(tasks, [...filtered.values()], now).map((peer) => [peer, undefined])),
      hosts: undefined,
      done: [],
      unsettled: new Set(),
    }
    this.#asking.set(id, asking)
    this.#closing.set(id, now + this.#config.planMsMax)
    const message = { t: 'survey' as const, plan: id, classes: asking.classes }
    for (const to of asking.asked.keys()) out.push({ type: 'send', to, message })
    if (asking.asked.size === 0) this.#close(id, asking, now)
  }

  /** Which hosts can be asked, this one included. */
  #filter(shape: Shape): Filtered {
    return filterCandidates(this.#hosts(), '', shape, { ignored: () => false })
  }

  #hosts() {
    return knownHosts({ self: this.#self, members: this.#members, local: this.#local })
  }

  /** A sample of hosts; with zoned tasks also all other hosts of their zones, since what runs there counts. */
  #asked(tasks: readonly PlanTask[], filtered: readonly Filtered[], now: Millis): PeerId[] {
    const sampled = this.#sample(filtered)
    if (!tasks.some(({ shape }) => isZoned(shape))) return sampled
    const hosts = this.#members.zones(now)
    const zones = new Set(hosts.filter(({ peer }) => sampled.includes(peer)).map(({ zone }) => zone))
    const mates = hosts.filter(({ zone, reachable }) => zone !== undefined && zones.has(zone) && reachable)
    return [...new Set([...sampled, ...mates.map(({ peer }) => peer)])].sort()
  }

  /** An equal share of planHostsMax for each shape, at random if more hosts could run it. */
  #sample(filtered: readonly Filtered[]): PeerId[] {
    const share = Math.max(1, Math.floor(this.#config.planHostsMax / Math.max(1, filtered.length)))
    const peers = new Set<PeerId>()
    for (const { candidates } of filtered) {
      const some = candidates.length <= share ? candidates : this.#prng.sample(candidates, share)
      for (const { peer } of some) peers.add(peer)
    }
    return [...peers].sort()
  }

  #unplaced(
    tasks: readonly (PlanTask & { index: number })[],
    filtered: ReadonlyMap<string, Filtered>,
    isPart: (task: PlanTask) => boolean,
  ): Unplaced[] {
    const hosts = this.#hosts()
    const said = new Map<string, Omit<Unplaced, 'index'>>()
    return tasks.flatMap((task): Unplaced[] => {
      const { shape, index } = task
      if (isPart(task)) return [{ index, why: 'gang-part', reasons: [], help: [] }]
      const key = shapeKey(shape)
      const { candidates, refused } = filtered.get(key)!
      if (candidates.length > 0) return []
      const reasons = groupRefusals(refused)
      const why = said.get(key) ?? { reasons, help: whatWouldHelp(shape, hosts, reasons) }
      said.set(key, why)
      return [{ index, ...why }]
    })
  }

  #onSurveyed(from: PeerId, message: MessageOf<'surveyed'>, now: Millis): void {
    const asking = this.#asking.get(message.plan)
    if (!asking?.asked.has(from) || asking.asked.get(from) || asking.hosts) return
    asking.asked.set(from, message)
    if ([...asking.asked.values()].every((answer) => answer !== undefined)) this.#close(message.plan, asking, now)
  }

  #close(id: number, asking: Asking, now: Millis): void {
    const zones = new Map(this.#members.zones(now).map(({ peer, zone }) => [peer, zone]))
    asking.hosts = [...asking.asked].flatMap(([peer, survey]) => this.#surveyed(peer, zones.get(peer), survey) ?? [])
    this.#closing.set(id, now)
  }

  /** Evaluates one objective at a time: with many tasks and hosts that takes tens of milliseconds, which block this peer. */
  #onDue(id: number, now: Millis, out: PlannerEffect[]): void {
    const asking = this.#asking.get(id)
    if (!asking) return
    if (!asking.hosts) {
      this.#close(id, asking, now)
      return
    }
    const { tasks, hosts, classes, demands, assumedMs, done } = asking
    const input = { tasks, hosts, classes, demands, assumedMs }
    const { plan, unsettled } = evaluate(objectives[done.length]!, input, this.#config)
    done.push(plan)
    for (const index of unsettled) asking.unsettled.add(index)
    if (done.length < objectives.length) this.#closing.set(id, now + evaluatePauseMs)
    else this.#finish(id, asking, out)
  }

  #finish(id: number, asking: Asking, out: PlannerEffect[]): void {
    const { client, asked, done } = asking
    this.#end(id)
    const known = this.#hosts()
    const later = leftOver({ ...asking, hosts: asking.hosts ?? [], plans: done }, (shape, reasons, together) =>
      whatWouldHelp(shape, known, reasons, together),
    )
    const unplaced = [...asking.unplaced, ...later].sort((a, b) => a.index - b.index)
    const silent = [...asked].flatMap(([peer, survey]) => (survey ? [] : [peer]))
    out.push({ type: 'planned', client, plan: { objectives: done, unplaced, asked: asked.size, silent } })
  }

  #surveyed(
    peer: PeerId,
    zone: string | undefined,
    survey: MessageOf<'surveyed'> | undefined,
  ): SurveyedHost | undefined {
    const offer = peer === this.#self ? this.#local.offer() : this.#members.candidate(peer)?.offer
    return survey && offer && { peer, offer, zone, survey }
  }

  #end(id: number): void {
    this.#asking.delete(id)
    this.#closing.delete(id)
  }
}
