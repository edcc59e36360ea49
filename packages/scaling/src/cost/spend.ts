import type { Millis } from '@souk/kernel'

/** A task that has run, or runs, with its price. */
export interface PricedRun {
  task: string
  class: string
  tenant: string
  /** who ran it last; '' where nobody knows */
  peer: string
  perHour: number
  /** how long its last run took, or takes so far */
  ranMs: Millis
  /** how long runs before that took together, about */
  earlierMs: Millis
  /** its last run came to nothing */
  failed: boolean
  /** the largest share of what it asked for that it used; undefined: nobody measured it */
  usedShare: number | undefined
}

/** What some runs have cost. `unused`, `failed` and `repeated` are parts of `cost` that do not overlap. */
export interface Spent {
  tasks: number
  /** of runs, whatever they asked for */
  hours: number
  cost: number
  /** asked for by runs that came to something, or run yet, and not used; of those that were measured */
  unused: number
  /** last runs that came to nothing */
  failed: number
  /** runs before the last */
  repeated: number
}

export interface SpentGroup extends Spent {
  name: string
}

/** The dearest groups, and what all others have cost together: with it they add up to the whole. */
export interface SpentGroups {
  groups: SpentGroup[]
  others: Spent
}

const msOfHour = 3_600_000
/** Longer is a clock's mistake: ten years. */
export const ranMsMax = 10 * 365 * 24 * msOfHour
const costMax = 1e15

export const nothingSpent = (): Spent => ({ tasks: 0, hours: 0, cost: 0, unused: 0, failed: 0, repeated: 0 })

export function spentOn(run: PricedRun): Spent {
  const [ran, earlier] = [hoursOf(run.ranMs), hoursOf(run.earlierMs)]
  const last = costOf(ran, run.perHour)
  const repeated = costOf(earlier, run.perHour)
  const failed = run.failed ? last : 0
  const unused = run.failed || run.usedShare === undefined ? 0 : last * (1 - share(run.usedShare))
  return { tasks: 1, hours: ran + earlier, cost: last + repeated, unused, failed, repeated }
}

/** By a name of each; names beyond `groupsMax`, the cheapest, are others. */
export function spentBy(
  runs: readonly PricedRun[],
  name: 'class' | 'tenant' | 'peer' | 'task',
  groupsMax: number,
): SpentGroups {
  const sums = new Map<string, Spent>()
  for (const run of runs) {
    const sum = sums.get(run[name]) ?? nothingSpent()
    sums.set(run[name], sum)
    addSpent(sum, spentOn(run))
  }
  const sorted = [...sums].sort(([a, x], [b, y]) => y.cost - x.cost || y.tasks - x.tasks || (a < b ? -1 : 1))
  const others = nothingSpent()
  for (const [, sum] of sorted.slice(groupsMax)) addSpent(others, sum)
  return { groups: sorted.slice(0, groupsMax).map(([each, sum]) => ({ name: each, ...sum })), others }
}

export function spentInAll(runs: readonly PricedRun[]): Spent {
  const sum = nothingSpent()
  for (const run of runs) addSpent(sum, spentOn(run))
  return sum
}

/** What so long costs, of however many workers together, at so much an hour. */
export function costOfTime(ms: Millis, perHour: number): number {
  return costOf(Math.max(0, ms) / msOfHour, perHour)
}

function addSpent(to: Spent, more: Spent): void {
  for (const key of Object.keys(to) as (keyof Spent)[]) to[key] += more[key]
}

function hoursOf(ms: Millis): number {
  return ms > 0 ? Math.min(ranMsMax, ms) / msOfHour : 0
}

function costOf(hours: number, perHour: number): number {
  return hours > 0 && perHour > 0 ? Math.min(costMax, hours * perHour) : 0
}

function share(used: number): number {
  return used > 0 ? Math.min(1, used) : 0
}
