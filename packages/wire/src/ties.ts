import { type Static, Type } from '@sinclair/typebox'
import { limits } from './limits.ts'
import { int, list, strict, text } from './schema.ts'

const group = text(limits.groupCharsMax, 1)

const zonePrefix = 'zone:'

/**
 * Whether a group is meant by zone: `zone:db`, in place of `db` on one host. As a task's own group it lets others be tied to
 * it by zone; as a tie it is to tasks anywhere in the zone.
 */
export function isZoneWide(name: string): boolean {
  return name.startsWith(zonePrefix)
}

/** The name without the prefix: a group that is seen in its zone is seen on its host as well. */
export function bareGroup(name: string): string {
  return isZoneWide(name) ? name.slice(zonePrefix.length) : name
}

/** The name with the prefix. */
export function zoneWide(name: string): string {
  return isZoneWide(name) ? name : zonePrefix + name
}

/** A tie to tasks of a group; if it is not required it only counts in the choice between hosts. */
export const Tie = strict({ group, required: Type.Boolean() })
export type Tie = Static<typeof Tie>

/** On which hosts a task may be, by the tasks that run, queue or are about to come there. */
export const tieFields = {
  /** the name by which other tasks can be tied to this one */
  group: Type.Optional(group),
  /** only where there are tasks of these groups */
  near: Type.Optional(list(Tie, limits.tiesMax)),
  /** only where there are no tasks of these groups; if required, none may join it later either */
  apart: Type.Optional(list(Tie, limits.tiesMax)),
}

export interface Ties {
  group?: string | undefined
  near?: Tie[] | undefined
  apart?: Tie[] | undefined
}

/** A host's answer for its zone to an auction of tasks tied by zone; all hosts of the zone together decide. */
export const ZoneWord = strict({
  /** those groups to which the tasks are tied by zone that are at this host */
  there: list(group, 2 * limits.tiesMax),
  /** a task there must be apart, by zone, from the group of these tasks */
  shuns: Type.Optional(Type.Literal(true)),
  /** no word: the host has given it for tasks from which these must be apart */
  held: Type.Optional(Type.Literal(true)),
  /** no word: the host has given as many as it may, to this asker or in all */
  full: Type.Optional(Type.Literal(true)),
  /** number of hosts that it knows in its zone now, itself included; more than the asker asked: one of them was missed */
  hosts: Type.Optional(int(limits.membersMax)),
})
export type ZoneWord = Static<typeof ZoneWord>

/** The tie fields of a spec or shape alone; undefined: it has none. */
export function tiesOf({ group, near, apart }: Ties): { group?: string; near?: Tie[]; apart?: Tie[] } | undefined {
  if (group === undefined && near === undefined && apart === undefined) return undefined
  return {
    ...(group === undefined ? {} : { group }),
    ...(near === undefined ? {} : { near }),
    ...(apart === undefined ? {} : { apart }),
  }
}
