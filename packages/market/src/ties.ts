import { bareGroup, isZoneWide, type Refusal, type Tie, type Ties } from '@souk/wire'
import { later } from './refusal.ts'

/**
 * Why a host with these tasks (running, queued or about to come) may not have one more with such ties; undefined when it
 * may. Both sides count: a task that must be apart from a group keeps that group away as well. Apart by zone implies apart
 * on this host; whether something is near by zone only the zone can tell (`zone-ties.ts`).
 */
export function decideTies(present: readonly Ties[], { group, near = [], apart = [] }: Ties): Refusal | undefined {
  for (const { group: other } of apart.filter(isRequired)) {
    if (hasGroup(present, other)) return later('not-apart', `${other} is there`)
  }
  if (group !== undefined && present.some((each) => keepsAway(each, group))) {
    return later('not-apart', `what is there must be apart from ${group}`)
  }
  for (const { group: other } of near.filter(isRequired).filter(isOfHost)) {
    if (!hasGroup(present, other)) return later('not-near', `no ${other} is there`)
  }
  return undefined
}

/**
 * Thousandths of the task's preferences (ties not required) that this host would not meet; 0: it meets all, or there are
 * none. Preferences by zone are counted among them, as met.
 */
export function unmetMilli(present: readonly Ties[], { near = [], apart = [] }: Ties): number {
  const nearby = near.filter((tie) => !isRequired(tie))
  const away = apart.filter((tie) => !isRequired(tie))
  if (nearby.length + away.length === 0) return 0
  const unmet =
    nearby.filter(isOfHost).filter(({ group }) => !hasGroup(present, group)).length +
    away.filter(isOfHost).filter(({ group }) => hasGroup(present, group)).length
  return Math.round((1000 * unmet) / (nearby.length + away.length))
}

/** How many such tasks one host may have at once: one if they must be apart from their own group. */
export function countTogether(ties: Ties): number {
  return ties.group !== undefined && keepsAway(ties, ties.group) ? 1 : Infinity
}

/** Whether its place depends on what else is at a host, or theirs on it: then only that host can tell. */
export function isTied({ group, near = [], apart = [] }: Ties): boolean {
  return group !== undefined || near.length > 0 || apart.length > 0
}

const isRequired = ({ required }: Tie): boolean => required
const isOfHost = ({ group }: Tie): boolean => !isZoneWide(group)
const hasGroup = (present: readonly Ties[], name: string): boolean =>
  present.some(({ group }) => group !== undefined && bareGroup(group) === bareGroup(name))
const keepsAway = ({ apart = [] }: Ties, name: string): boolean =>
  apart.some((tie) => tie.required && bareGroup(tie.group) === bareGroup(name))

/** The field of a bid; absent for 0. */
export function unmetField(milli: number): { unmetMilli?: number } {
  return milli > 0 ? { unmetMilli: milli } : {}
}
