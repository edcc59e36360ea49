import type { MessageOf, PeerId } from '@souk/wire'

/** Who is asked about a task, one after the other. */
export interface Search {
  /** whom it was put to, and whether that one has answered */
  keeper: PeerId | undefined
  answered: boolean
  /** the newest version that it was sent on to; 0: none */
  version: number
  /** whom it is put to if that one does not know */
  left: PeerId[]
}

export function newSearch(left: PeerId[]): Search {
  return { keeper: undefined, answered: false, version: 0, left }
}

/** Others keep it by now, says the one that was asked: they come next, before all that are left. */
export function sendOn(
  search: Search,
  { version, custodians }: MessageOf<'moved'>,
  reachable: (peer: PeerId) => boolean,
): void {
  // Two that point at each other would be followed for ever: only what is newer leads on.
  if (version <= search.version) return
  search.version = version
  const next = custodians.filter((peer) => peer !== search.keeper && reachable(peer))
  search.left = [...next, ...search.left.filter((peer) => !next.includes(peer))]
}
