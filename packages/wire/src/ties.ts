import { type Static, Type } from '@sinclair/typebox'
import { limits } from './limits.ts'
import { list, strict, text } from './schema.ts'

const group = text(limits.groupCharsMax, 1)

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

/** The ties among other fields, as a message or record carries them; undefined: it has none. */
export function tiesOf({ group, near, apart }: Ties): { group?: string; near?: Tie[]; apart?: Tie[] } | undefined {
  if (group === undefined && near === undefined && apart === undefined) return undefined
  return {
    ...(group === undefined ? {} : { group }),
    ...(near === undefined ? {} : { near }),
    ...(apart === undefined ? {} : { apart }),
  }
}
