import { type Decision, limits, type Placement } from '@souk/wire'

/**
 * A decision with the places that its task had before: those that it names itself, and those in `known`, the decision kept
 * until now. The newest `limits.placementsKeptMax` of them, oldest first; a decision told again is no place of its own. Pure.
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

/** Identifies a decision: no peer decides twice about a task at one instant. */
const keyOf = ({ by, wallMs }: Pick<Placement, 'by' | 'wallMs'>): string => `${wallMs} ${by}`

/** What is kept of a decision once the task has another; nothing of one that found no place. */
function placementOf(decision: Decision | undefined): Placement[] {
  if (decision?.winner === undefined) return []
  const { how, by, wallMs, winner, bidsTotal, margin, reason } = decision
  return [{ how, by, wallMs, winner, bidsTotal, margin, reason }]
}
