import { type Static, Type } from '@sinclair/typebox'
import { limits } from './limits.ts'
import { int, strict, text } from './schema.ts'

/** Like tasks that start together or not at all. Each is a task of its own; this says which of how many it is. */
export const Gang = strict({
  /** one for all of them, made where they were submitted */
  id: text(limits.idCharsMax, 1),
  size: int(limits.gangSizeMax, 2),
  /** 0 to size - 1 */
  rank: int(limits.gangSizeMax - 1),
})
export type Gang = Static<typeof Gang>

/** By this askers and hosts name it. */
export const GangKey = Type.String({ minLength: 1, maxLength: limits.idCharsMax + limits.nameCharsMax + 1 })

export function gangKey(tenant: string, { id }: Gang): string {
  return `${tenant}/${id}`
}
