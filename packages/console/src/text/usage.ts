import type { HostInventory } from '@souk/client'
import { percentText } from './amounts.ts'

type Used = HostInventory['usage'][number]

/** The same hour of the week as that of the latest reading; undefined: it was never seen, or nothing was measured yet. */
export const usualOf = ({ hours, latest }: Used) => hours.find(({ hourOfWeek }) => hourOfWeek === latest?.hourOfWeek)

/** How much it is used against what is usual at that hour: `34 %; usual at this hour: 12 %, now and then 80 %`. */
export function usedText(used: Used): string {
  const { resource, latest } = used
  const text = (value: number): string =>
    resource === 'network' ? `${Math.round(value)} Mbit/s` : percentText(value / 100)
  if (latest === undefined) return 'not measured yet'
  const usual = usualOf(used)
  if (usual === undefined) return text(latest.value)
  return `${text(latest.value)}; usual at this hour: ${text(usual.p50)}, now and then ${text(usual.p95)}`
}
