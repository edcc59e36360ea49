import { type Baton, limits, type TaskSpec } from '@souk/wire'

/** Times that a baton may be placed anew from a host where it found no room (I8). */
const movesMax = 3
/** Handovers that one placement may take: to the chosen host and to its two alternates. */
const handoversMax = 3

/** Whether a task may go on from here to another host; `baton`: as it came here, undefined: it began here. */
export function mayMove({ gang }: TaskSpec, baton: Pick<Baton, 'moves' | 'path'> | undefined): boolean {
  // The other members of its gang have places already or are on their way there.
  if (gang) return false
  return !baton || (baton.moves < movesMax && baton.path.length + handoversMax <= limits.pathMax)
}
