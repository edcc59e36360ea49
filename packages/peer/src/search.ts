import type { MessageOf, PeerId } from '@souk/wire'

/** A question about a task that is put to one peer after the other. */
export interface Search {
  /** the peer asked now, and whether it has answered */
  keeper: PeerId | undefined
  answered: boolean
  /** newest version of the custodian set that a peer has pointed at (`moved`); 0: none */
  version: number
  /** peers to ask next */
  left: PeerId[]
}

export function newSearch(left: PeerId[]): Search {
  return { keeper: undefined, answered: false, version: 0, left }
}

/** The peer asked says that a newer set of custodians keeps the task: these are asked next, before all others. */
export function sendOn(
  search: Search,
  { version, custodians }: MessageOf<'moved'>,
  reachable: (peer: PeerId) => boolean,
): void {
  // Only a newer version leads on: two peers that point at each other would be followed for ever.
  if (version <= search.version) return
  search.version = version
  const next = custodians.filter((peer) => peer !== search.keeper && reachable(peer))
  search.left = [...next, ...search.left.filter((peer) => !next.includes(peer))]
}
