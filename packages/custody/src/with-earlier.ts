import { type Decision, limits, type Placement } from '@souk/wire'

/**
 * A decision with the places that its task had before, as far as `known`, what was kept of it until now, tells: the newest
 * `limits.placementsKeptMax` of them, oldest first. One that is told again replaces none. Pure.
 */
export function withEarlier(decision: Decision, known: Decision | undefined): Decision {
  const places = new Map<string, Placement>()
  for (const place of [...(known?.earlier ?? []), ...placementOf(known), ...(decision.earlier ?? [])])
    places.set(keyOf(place), place)
  places.delete(keyOf(decision))
  if (places.size === 0) return decision
  const earlier = [...places.values()].sort((a, b) => a.wallMs - b.wallMs).slice(-limits.placementsKeptMax)
  return { ...decision, earlier }
}

/** Nobody decides twice about a task at one instant. */
const keyOf = ({ by, wallMs }: Pick<Placement, 'by' | 'wallMs'>): string => `${wallMs} ${by}`

/** What stays of a decision once the task has another; nothing of one that found it no place. */
function placementOf(decision: Decision | undefined): Placement[] {
  if (decision?.winner === undefined) return []
  const { how, by, wallMs, winner, bidsTotal, margin, reason } = decision
  return [{ how, by, wallMs, winner, bidsTotal, margin, reason }]
}
