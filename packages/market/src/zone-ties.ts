import { isZoneWide, type Refusal, type Tie, type Ties, type ZoneWord } from '@souk/wire'
import { later } from './refusal.ts'

/**
 * What ties by zone mean. A group is seen by its whole zone only if its tasks say so (`zone:db`); for all other groups hosts
 * need not be asked about their neighbours.
 */

/** Whether all hosts of a zone must be asked: the task has ties by zone, or others may have them to its group. */
export function isZoned({ group, near = [], apart = [] }: Ties): boolean {
  return (group !== undefined && isZoneWide(group)) || [...near, ...apart].some(isByZone)
}

/** Whether such tasks may exclude each other from a zone, so that its hosts must give their word before one comes there. */
export function needsAgreement({ group, apart = [] }: Ties): boolean {
  return (group !== undefined && isZoneWide(group)) || apart.some((tie) => tie.required && isByZone(tie))
}

/** Whether two such tasks may not be in one zone. */
export function excludes(one: Ties, other: Ties): boolean {
  return shuns(one, other.group) || shuns(other, one.group)
}

/** One host's word, by the ties of what runs, waits or is about to come there. */
export function zoneWordOf(present: readonly Ties[], { group, near = [], apart = [] }: Ties): ZoneWord {
  const groups = new Set(present.map((each) => each.group))
  const asked = new Set([...near, ...apart].filter(isByZone).map((tie) => tie.group))
  return {
    there: [...asked].filter((name) => groups.has(name)),
    ...(present.some((each) => shuns(each, group)) ? { shuns: true } : {}),
  }
}

/** Why one more such task may not come into a zone whose hosts have all said this; undefined: it may. */
export function decideZone(
  { group, near = [], apart = [] }: Ties,
  words: readonly ZoneWord[],
  zone: string,
): Refusal | undefined {
  const there = groupsIn(words)
  for (const tie of apart.filter(isRequiredByZone))
    if (there.has(tie.group)) return later('not-apart', `${tie.group} is in ${zone}`)
  if (words.some((word) => word.shuns)) return later('not-apart', `what is in ${zone} must be apart from ${group}`)
  for (const tie of near.filter(isRequiredByZone))
    if (!there.has(tie.group)) return later('not-near', `no ${tie.group} is in ${zone}`)
  if (words.some((word) => word.held)) return later('reserved', `${zone} is promised to another for a moment`)
  if (words.some((word) => word.full)) return later('rate-limited', `${zone} is asked for too much at once`)
  return undefined
}

/** Thousandths of the task's preferences that such a zone would not meet; those about its host count as met here. */
export function unmetInZone({ near = [], apart = [] }: Ties, words: readonly ZoneWord[]): number {
  const preferred = [...near, ...apart].filter(({ required }) => !required).length
  if (preferred === 0) return 0
  const there = groupsIn(words)
  const unmet =
    near.filter((tie) => !tie.required && isByZone(tie) && !there.has(tie.group)).length +
    apart.filter((tie) => !tie.required && isByZone(tie) && there.has(tie.group)).length
  return Math.round((1000 * unmet) / preferred)
}

const isByZone = ({ group }: Tie): boolean => isZoneWide(group)
const isRequiredByZone = (tie: Tie): boolean => tie.required && isByZone(tie)
const groupsIn = (words: readonly ZoneWord[]): Set<string> => new Set(words.flatMap(({ there }) => there))

function shuns({ apart = [] }: Ties, group: string | undefined): boolean {
  return apart.some((tie) => isRequiredByZone(tie) && tie.group === group)
}
