import type { Cost, Spent } from '@souk/client'
import { countText, durationText, percentText, plural } from '../../text/amounts.ts'

/** Three digits that count: costs are small where hours are few. */
export function priceText(cost: number): string {
  if (cost === 0) return '0'
  return cost >= 100 ? String(Math.round(cost)) : String(Number(cost.toPrecision(3)))
}

const shareOf = (part: number, whole: number): string => (whole > 0 ? percentText(part / whole) : '–')
/** A pool that idles costs many times its runs: past ten times nobody reads it in percent. */
const timesText = (part: number, whole: number): string =>
  part > 10 * whole && whole > 0 ? `× ${countText(Math.round(part / whole))}` : shareOf(part, whole)
const someText = (cost: number): string => (cost === 0 ? '–' : priceText(cost))

/** What brought nothing: what was asked for and not used, and runs that failed or were run again. */
export function wasteOf({ unused, failed, repeated }: Spent): number {
  return unused + failed + repeated
}

export const spentHeads = ['tasks', 'ran', 'cost', 'share', 'unused', 'failed', 'repeated'] as const

/** By class, the dearest first; what is left of the others last. */
export function spentRows({ byClass: { groups, others }, total }: Cost): [name: string, ...cells: string[]][] {
  const row = (name: string, spent: Spent): [string, ...string[]] => [
    name,
    String(spent.tasks),
    durationText(spent.hours * 3_600_000),
    priceText(spent.cost),
    shareOf(spent.cost, total.cost),
    someText(spent.unused),
    someText(spent.failed),
    someText(spent.repeated),
  ]
  const rows = groups.map(({ name, ...spent }) => row(name === '' ? '(none)' : name, spent))
  return others.tasks === 0 ? rows : [...rows, row('(others)', others)]
}

export const wayHeads = ['cost', 'of the runs', '95 % wait at most', 'cold starts'] as const

/** The same tasks, with workers kept in other ways. */
export function wayRows({ compared }: Cost): [name: string, ...cells: string[]][] {
  const { ran, p95WaitMs, reactive, fixed } = compared
  const row = (name: string, cost: number, waitMs: number, cold: string): [string, ...string[]] => [
    name,
    priceText(cost),
    timesText(cost, ran),
    durationText(waitMs),
    cold,
  ]
  return [
    row('the runs alone, as they were', ran, p95WaitMs, '–'),
    row('reactive scaling', reactive.cost, reactive.p95WaitMs, String(reactive.coldStarts)),
    row(`a fixed pool of ${plural(fixed.workers ?? 0, 'worker')}`, fixed.cost, fixed.p95WaitMs, '0'),
  ]
}

/** What the comparison is about. */
export function comparedText({ at, compared: { since, classes, classesLeft, startMs } }: Cost): string {
  const left = classesLeft === 0 ? '' : ` of ${classes + classesLeft}; the others cost less`
  const spanText =
    since === undefined
      ? ''
      : `; over the last ${durationText(Date.parse(at) - Date.parse(since))}, since the first of these tasks`
  return `${plural(classes, 'class', 'classes')}${left}; a worker takes ${durationText(startMs)} to start${spanText}`
}

/** What is paid for beside runs, and by which prices. */
export function besideFacts({ warm, hosts, rates }: Cost, name: string): [string, string][] {
  return [
    ['warm and idle', `${durationText(warm.idleMs)} cost ${priceText(warm.idleCost)}, on ${name} since it started`],
    [
      'cold starts',
      `${warm.coldStarts}, of ${durationText(warm.coldStartMs)} in all, cost ${priceText(warm.coldStartCost)}`,
    ],
    [
      'hosts',
      `${hosts.count} now: ${priceText(hosts.perHour)} an hour, ${priceText(hosts.cost)} had they all been there all the time`,
    ],
    ['prices', `an hour of a core ${rates.cpu}, of a GB ${rates.memory}, of a GPU ${rates.gpu}; ${pricedText(hosts)}`],
  ]
}

function pricedText({ count, priced }: Cost['hosts']): string {
  if (priced === 0) return 'no host has a price of its own'
  return priced === count
    ? 'all hosts have prices of their own'
    : `${priced} of ${count} hosts have prices of their own`
}
