import type { PeerId, TaskRecord } from '@souk/wire'
import { rankKeepers } from './rendezvous.ts'
import type { MeshView } from './views.ts'

/** as many other keepers are asked in one round: of those that a task prefers, which would have taken it over */
const askedAtOnce = 8

/**
 * The keepers beyond its set that are asked about a task, of those that can be reached. In round so-and-so (from 0) a few: the
 * ones of the highest ranks first, then those after them, and so on in turn. Without a round all.
 */
export function otherKeepers({ id, custodians }: TaskRecord, mesh: MeshView, round?: number): PeerId[] {
  const others = mesh.keepers().filter(({ peer }) => !custodians.includes(peer) && mesh.fresh(peer))
  if (round === undefined) return others.map(({ peer }) => peer)
  const rounds = Math.max(1, Math.ceil(others.length / askedAtOnce))
  const from = (round % rounds) * askedAtOnce
  return rankKeepers(id, others)
    .slice(from, from + askedAtOnce)
    .map(({ peer }) => peer)
}
