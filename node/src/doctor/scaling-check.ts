import type { Status } from '@souk/client'
import { unableText } from '../print/scale-text.ts'
import { scalingRightNext } from '../scaling-right.ts'
import type { Check } from './local-checks.ts'

/** Whether a peer that is to start others may do so. Nothing where it is not to. */
export function scalingCheck({ scaling }: Pick<Status, 'scaling'>): Check[] {
  if (scaling === undefined) return []
  const name = 'scaling'
  if (scaling.able)
    return [{ name, level: 'ok', seen: `starts further peers by --scale ${scaling.kind}, and may invite` }]
  return [{ name, level: 'fail', seen: unableText, next: scalingRightNext }]
}
