import type { PeerId, Refusal, Shape } from '@souk/wire'
import { decideFit } from './fit.ts'
import { isMulti } from './shape.ts'
import type { CandidateView } from './views.ts'

export interface Filtered {
  /** could run it, and can be asked now */
  candidates: CandidateView[]
  refused: { peer: PeerId; refusal: Refusal }[]
}

/** Who can be asked for this shape, by facts alone; and why the others cannot. Keeps the order. */
export function filterCandidates(members: readonly CandidateView[], self: PeerId, shape: Shape): Filtered {
  const filtered: Filtered = { candidates: [], refused: [] }
  for (const member of members) {
    if (member.peer === self || !member.offer) continue
    const refusal = decideFit(member.offer, shape) ?? decideLater(member)
    if (refusal) filtered.refused.push({ peer: member.peer, refusal })
    else filtered.candidates.push(member)
  }
  return filtered
}

function decideLater(member: CandidateView): Refusal | undefined {
  if (!member.reachable) return { code: 'not-reachable', never: false, detail: 'no answer to its last probe' }
  if (member.offer?.draining) return { code: 'draining', never: false, detail: 'it takes no new work' }
  return undefined
}

/** Whether the choice of host can strand one resource beside another: always where some have GPUs and others none left. */
export function strandsDevices(shape: Shape, candidates: readonly CandidateView[]): boolean {
  return isMulti(shape) || candidates.some(({ offer }) => offer !== undefined && offer.capacity.gpuMilli.length > 0)
}
