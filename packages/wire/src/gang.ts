import { type Static, Type } from '@sinclair/typebox'
import { limits } from './limits.ts'
import { int, strict, text } from './schema.ts'

/** The membership of a task in a gang, whose like tasks start together or not at all. Each member is a task of its own. */
export const Gang = strict({
  /** the same for all members, made where they were submitted */
  id: text(limits.idCharsMax, 1),
  size: int(limits.gangSizeMax, 2),
  /** 0 to size - 1 */
  rank: int(limits.gangSizeMax - 1),
})
export type Gang = Static<typeof Gang>

/** The name of a gang between bearers and hosts: its id is only unique for one tenant. */
export const GangKey = Type.String({ minLength: 1, maxLength: limits.idCharsMax + limits.nameCharsMax + 1 })

export function gangKey(tenant: string, { id }: Gang): string {
  return `${tenant}/${id}`
}
