import { copiesThatFit, dominantShare, type Millis, useOf } from '@souk/kernel'
import { alternativeField, type Objective, requestsOf, type Shape } from '@souk/wire'
import { usedMilli } from '../bid-terms.ts'
import type { Demand } from '../class-mix.ts'
import type { MarketConfig } from '../config.ts'
import type { Quantiles } from '../durations.ts'
import { decideFit } from '../fit.ts'
import { Leftover } from '../leftover.ts'
import { weightsOf } from '../objectives.ts'
import { scoreParts, weigh } from '../score-bid.ts'
import { shapeAs, shapeKey } from '../shape.ts'
import { placeTogether, type Tries } from './gang-places.ts'
import { type HostPlan, hostPlansOf, type SurveyedHost } from './host-plan.ts'
import { type Wanted, wantedOf } from './occupancy.ts'
import type { ObjectivePlan, Placing, PlanTask } from './plan.ts'
import { PlanLine } from './plan-line.ts'
import { sumOf } from './sum-of.ts'

type EvaluateConfig = Pick<MarketConfig, 'weights' | 'targetMs' | 'planGangTriesMax'>

export interface EvaluateInput {
  /** tasks that at least one host which can be asked is able to run */
  tasks: readonly (PlanTask & { index: number })[]
  hosts: readonly SurveyedHost[]
  /** classes in the order of the survey's durations */
  classes: readonly string[]
  /** what tasks usually ask for, these included */
  demands: readonly Demand[]
  /** duration, or rest of it, that is assumed for a class of which nobody knows any */
  assumedMs: Millis
}

/** One host for tasks of one shape, as one of its alternatives. */
interface Chance {
  host: HostPlan
  alternative: number
  wanted: Wanted
  runs: Quantiles
  assumed: boolean
  /** when all tasks that it must follow (`after`) have ended */
  fromMs: Millis
  /** when the host could start the next such task (before a look: a lower bound); undefined: never */
  startMs: Millis | undefined
  /** `host.placed` at the last look; when that has risen the host is looked at again */
  seen: number
  /** of the last look, worked out when first needed */
  score: number | undefined
}

/** The plan of one objective, and the tasks of gangs for which not all start times were tried. */
interface Evaluated {
  plan: ObjectivePlan
  /** by index; there may be a time at which the whole gang has room */
  unsettled: number[]
}

/**
 * Where one objective would put these tasks, as if all were waiting now: by priority, then in the order given, each once the
 * tasks of its `after` have ended, gangs as a whole. As in the market, only the hosts that can start a task soonest compete
 * for it. Pure. Cost: after each task only the chosen host is looked at anew, so tasks times hosts; for gangs all hosts, at
 * most planGangTriesMax times.
 */
export function evaluate(objective: Objective, input: EvaluateInput, config: EvaluateConfig): Evaluated {
  const hosts = hostPlansOf(input.hosts, input)
  const line = new PlanLine(input.tasks)
  const weights = weightsOf(objective, config)
  const known = new Map<string, Chance[]>()
  const placings: Placing[] = []
  const tries: Tries = { left: config.planGangTriesMax }
  const unsettled = new Set<number>()
  for (let next = line.next(); next; next = line.next()) {
    const { tasks, fromMs } = next
    const { shape, index, gang } = tasks[0]!
    const key = shapeKey(shape)
    const chances = known.get(`${fromMs} ${key}`) ?? chancesOf(shape, hosts, { assumedMs: input.assumedMs, fromMs })
    known.set(`${fromMs} ${key}`, chances)
    if (gang) {
      const together = placedTogether(chances, tasks, { shape, shapeKey: key, fromMs }, tries)
      for (const one of tasks) {
        if (together === 'unsettled') unsettled.add(one.index)
        else unsettled.delete(one.index)
      }
      if (typeof together === 'string') {
        line.setAside(tasks)
        continue
      }
      for (const placed of together) line.placed(placed.index, placed.finishMs.p50)
      placings.push(...together)
      continue
    }
    for (const chance of chances) look(chance)
    const chosen = choose(chances, (chance) => scoreOf(chance, key, weights, config))
    if (!chosen) {
      line.setAside(tasks)
      continue
    }
    const placed = placing(index, chosen)
    placings.push(placed)
    line.placed(index, placed.finishMs.p50)
    chosen.host.place(chosen.wanted, key, { startMs: chosen.startMs!, runMs: chosen.runs.p50 })
  }
  placings.sort((a, b) => a.index - b.index)
  return { plan: { objective, placings, sum: sumOf(placings, input.tasks, hosts) }, unsettled: [...unsettled] }
}

/** Places for all members of a gang, without using alternatives; or why they have none. */
function placedTogether(
  chances: readonly Chance[],
  members: readonly { index: number }[],
  alike: { shape: Shape; shapeKey: string; fromMs: Millis },
  tries: Tries,
): Placing[] | 'never' | 'unsettled' {
  const plain = chances.filter(({ alternative }) => alternative === 0)
  const found = placeTogether(plain, { ...alike, size: members.length }, tries)
  if (typeof found === 'string') return found
  const { startMs, places } = found
  return places.map((chance, rank) => placing(members[rank]!.index, { ...chance, startMs }))
}

function chancesOf(
  shape: Shape,
  hosts: readonly HostPlan[],
  { assumedMs, fromMs }: { assumedMs: Millis; fromMs: Millis },
): Chance[] {
  const told = hosts.flatMap((host) => host.expected(shape.class) ?? []).sort((a, b) => a.p50 - b.p50)
  const usual = told[Math.floor(told.length / 2)]
  return hosts.flatMap((host) => {
    const known = host.expected(shape.class) ?? usual
    const runs = known ?? { p50: assumedMs, p90: assumedMs }
    const common = { host, runs, assumed: known === undefined, fromMs, startMs: fromMs, seen: -1, score: undefined }
    return [...requestsOf(shape).entries()].flatMap(([alternative, request]): Chance[] => {
      const wanted = wantedOf(shape, request)
      return decideFit(host.offer, shapeAs(shape, alternative)) ? [] : [{ ...common, alternative, wanted }]
    })
  })
}

/**
 * Brings `startMs` up to date. Tasks planned since the last look only make it later, so the search goes on from it; but they
 * may also be what a `near` task has waited for, and that one starts again at fromMs.
 */
function look(chance: Chance): void {
  const { host, wanted, runs, fromMs } = chance
  const fromStart = wanted.ties.near !== undefined
  const startMs = fromStart ? fromMs : chance.startMs
  if (chance.seen === host.placed || startMs === undefined) return
  chance.startMs = host.earliest(wanted, runs.p50, startMs)
  chance.seen = chance.host.placed
  chance.score = undefined
}

/** The best-scored of the hosts that can start the task soonest, of those the lowest alternative. */
function choose(chances: readonly Chance[], scoreOfOne: (chance: Chance) => number): Chance | undefined {
  const soonest = Math.min(...chances.map(({ startMs }) => startMs ?? Infinity))
  const able = chances.filter(({ startMs }) => startMs === soonest)
  const preferred = Math.min(...able.map(({ alternative }) => alternative))
  let best: Chance | undefined
  let bestScore = Infinity
  for (const chance of able) {
    if (chance.alternative !== preferred) continue
    chance.score ??= scoreOfOne(chance)
    if (chance.score >= bestScore) continue
    best = chance
    bestScore = chance.score
  }
  return best
}

function scoreOf(
  { host, wanted, runs, startMs = 0 }: Chance,
  key: string,
  weights: Readonly<Record<string, number>>,
  config: EvaluateConfig,
): number {
  const { capacity, gpus, priceMilli } = host.offer
  const { request, ties } = wanted
  const free = host.timeline.at(startMs)
  const terms = {
    count: 1,
    startMs,
    finishMs: { p50: startMs + runs.p50, p90: startMs + runs.p90 },
    fragMilli: new Leftover(host.wants, free).fitting(request)?.fragMilli ?? 0,
    usedMilli: usedMilli(free, capacity),
    priceMilli,
    warm: true,
    loadSeq: 0,
    unmetMilli: host.unmetMilli(ties, startMs),
  }
  const spread = host.given(key) / Math.max(1, copiesThatFit(capacity, request, 1024, gpus))
  return weigh({ ...scoreParts(terms, config), spread }, weights)
}

function placing(index: number, { host, alternative, wanted, runs, startMs = 0, assumed }: Chance): Placing {
  const { capacity, priceMilli } = host.offer
  return {
    index,
    peer: host.peer,
    ...alternativeField(alternative),
    startMs: Math.round(startMs),
    finishMs: { p50: Math.round(startMs + runs.p50), p90: Math.round(startMs + runs.p90) },
    cost: (priceMilli / 1000) * (runs.p50 / 3_600_000) * Math.min(1, dominantShare(useOf(wanted.request), capacity)),
    assumed,
  }
}
