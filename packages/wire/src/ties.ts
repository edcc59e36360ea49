import { type Static, Type } from '@sinclair/typebox'
import { limits } from './limits.ts'
import { int, list, strict, text } from './schema.ts'

const group = text(limits.groupCharsMax, 1)

const zonePrefix = 'zone:'

/**
 * `zone:db` is group `db` as its whole zone sees it: as a task's group, others may be tied to it by zone; as a tie, it is
 * to what is in the zone. Plain `db` is of one host.
 */
export function isZoneWide(name: string): boolean {
  return name.startsWith(zonePrefix)
}

/** The name without that: what is seen in a zone is seen on its host as well. */
export function bareGroup(name: string): string {
  return isZoneWide(name) ? name.slice(zonePrefix.length) : name
}

/** That group as its whole zone sees it. */
export function zoneWide(name: string): string {
  return isZoneWide(name) ? name : zonePrefix + name
}

/** To tasks of that group; where it is not required it only counts in the choice between hosts. */
export const Tie = strict({ group, required: Type.Boolean() })
export type Tie = Static<typeof Tie>

/** On which host a task may be, by what else is there: running, queued, or about to come. */
export const tieFields = {
  /** the name that others are tied to */
  group: Type.Optional(group),
  /** on a host where there is some of that group */
  near: Type.Optional(list(Tie, limits.tiesMax)),
  /** on a host where there is none of that group; where it is required, none of it comes after it either */
  apart: Type.Optional(list(Tie, limits.tiesMax)),
}

export interface Ties {
  group?: string | undefined
  near?: Tie[] | undefined
  apart?: Tie[] | undefined
}

/** What a host says of tasks that are tied by zone, asked for some of them; its zone is decided by the words of all its hosts. */
export const ZoneWord = strict({
  /** of the groups that they are tied to, those that are there, as a zone sees them */
  there: list(group, 2 * limits.tiesMax),
  /** something there must be apart, by zone, from their group */
  shuns: Type.Optional(Type.Literal(true)),
  /** its zone is promised to others, with which they must not be */
  held: Type.Optional(Type.Literal(true)),
  /** it has given its word for as many of this asker's questions as it may, or of all askers': it gives none for this one */
  full: Type.Optional(Type.Literal(true)),
  /** hosts that it knows to be in its zone now, itself among them: more than its asker has asked are not all of them */
  hosts: Type.Optional(int(limits.membersMax)),
})
export type ZoneWord = Static<typeof ZoneWord>

/** The ties among other fields, as a message or record carries them; undefined: it has none. */
export function tiesOf({ group, near, apart }: Ties): { group?: string; near?: Tie[]; apart?: Tie[] } | undefined {
  if (group === undefined && near === undefined && apart === undefined) return undefined
  return {
    ...(group === undefined ? {} : { group }),
    ...(near === undefined ? {} : { near }),
    ...(apart === undefined ? {} : { apart }),
  }
}
