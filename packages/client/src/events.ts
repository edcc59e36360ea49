/** Which trace events are wanted: all that is given must fit. */
export interface EventsQuery {
  /** whole types (`auction.closed`), or first words of them (`task`) */
  types?: readonly string[]
  /** an id or at least three characters of its beginning */
  task?: string
  /** the id of a peer that events are about, go to or come from */
  peer?: string
  /** so many of the events before come first, where the peer has kept them: it does while somebody reads, and a minute longer */
  recent?: number
}

export function eventsRequest({ types = [], task, peer, recent }: EventsQuery): Record<string, string> {
  return {
    ...(types.length === 0 ? {} : { type: types.join(',') }),
    ...(task === undefined ? {} : { task }),
    ...(peer === undefined ? {} : { peer }),
    ...(recent === undefined ? {} : { recent: String(recent) }),
  }
}
