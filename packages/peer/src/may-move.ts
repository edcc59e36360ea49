import { type Baton, limits, type TaskSpec } from '@souk/wire'

/** A baton that found no room where it came is placed anew so often (I8). */
const movesMax = 3
/** Handovers that a placement may take: to the one that was chosen, and to its two alternates. */
const handoversMax = 3

/** Whether it may go on to another host from where it is; `baton`: as it came, undefined where it began here. */
export function mayMove({ gang }: TaskSpec, baton: Pick<Baton, 'moves' | 'path'> | undefined): boolean {
  // The other members of a gang are on their way to their places.
  if (gang) return false
  return !baton || (baton.moves < movesMax && baton.path.length + handoversMax <= limits.pathMax)
}
