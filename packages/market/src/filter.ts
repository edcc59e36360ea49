import type { PeerId, Refusal, Shape } from '@souk/wire'
import { decideFit } from './fit.ts'
import { draining, later } from './refusal.ts'
import { isMulti } from './shape.ts'
import type { CandidateView } from './views.ts'

const nobody: ReadonlySet<PeerId> = new Set()

export interface Filtered {
  /** hosts that could run it and can be asked now */
  candidates: CandidateView[]
  refused: { peer: PeerId; refusal: Refusal }[]
}

/** Hosts that are left out for what happened before, whatever they offer. */
export interface Exclusions {
  /** the host did not keep to its bids */
  ignored: (peer: PeerId) => boolean
  /** hosts that had the task before */
  avoid?: ReadonlySet<PeerId>
  /** the host said before that it can never run such a task */
  saidNever?: (member: CandidateView) => Refusal | undefined
}

/** Which members can be asked for this shape, by adverts and liveness alone, and why the others cannot. Keeps their order. */
export function filterCandidates(
  members: readonly CandidateView[],
  self: PeerId,
  shape: Shape,
  { ignored, avoid = nobody, saidNever }: Exclusions,
): Filtered {
  const filtered: Filtered = { candidates: [], refused: [] }
  for (const member of members) {
    if (member.peer === self || !member.offer) continue
    const refusal = decideFit(member.offer, shape) ?? saidNever?.(member) ?? decideLater(member, { ignored, avoid })
    if (refusal) filtered.refused.push({ peer: member.peer, refusal })
    else filtered.candidates.push(member)
  }
  return filtered
}

function decideLater(
  member: CandidateView,
  { ignored, avoid }: Required<Omit<Exclusions, 'saidNever'>>,
): Refusal | undefined {
  if (avoid.has(member.peer)) return later('on-path', 'it had this task and passed it on')
  if (!member.reachable) return later('not-reachable', 'no answer to its last probe')
  if (member.offer?.draining) return draining
  if (ignored(member.peer)) return later('distrusted', 'it did not keep to what it bid')
  return undefined
}

/** Whether the choice of host can strand devices, so that more hosts are asked: `isMulti` shapes, or a candidate has GPUs. */
export function strandsDevices(shape: Shape, candidates: readonly CandidateView[]): boolean {
  return isMulti(shape) || candidates.some(({ offer }) => offer !== undefined && offer.capacity.gpuMilli.length > 0)
}
