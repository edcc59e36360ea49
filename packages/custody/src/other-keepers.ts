import type { PeerId, TaskRecord } from '@souk/wire'
import { rankKeepers } from './rendezvous.ts'
import type { MeshView } from './views.ts'

/** as many other keepers are asked at once: of those that a task prefers, which would have taken it over */
const askedAtOnce = 8

/**
 * The keepers beyond its set that are asked about a task in the given round (from 0), of those that can be reached: the ones of
 * the highest ranks first, then those after them, and so on in turn.
 */
export function otherKeepers({ id, custodians }: TaskRecord, mesh: MeshView, round: number): PeerId[] {
  const others = mesh.keepers().filter(({ peer }) => !custodians.includes(peer) && mesh.fresh(peer))
  const rounds = Math.ceil(others.length / askedAtOnce)
  if (rounds === 0) return []
  const from = (round % rounds) * askedAtOnce
  return rankKeepers(id, others)
    .slice(from, from + askedAtOnce)
    .map(({ peer }) => peer)
}
