/** Which trace events of the mesh are wanted: all that is given must fit. */
export interface TraceQuery {
  /** whole types (`auction.closed`), or first words of them (`task`) */
  kinds?: readonly string[]
  /** an id or at least three characters of its beginning */
  task?: string
  /** name or id: told by that peer, or naming it */
  peer?: string
  /** by the clocks of the peers that tell them */
  since?: Date
  /** for these peers, by id, instead of `since`: clocks differ. At most 64 */
  sinces?: Readonly<Record<string, Date>>
  until?: Date
  /** 1 to 1,024, the newest; default 200 */
  limit?: number
}

/** One event of a peer's thinking; what else it has depends on its type. */
export interface TracedEvent {
  type: string
  /** whose it is */
  by: string
  /** counts up within one life of that peer: (by, seq, wallMs) is one event */
  seq: number
  /** when it happened, by that peer's clock */
  wallMs: number
  [field: string]: unknown
}

/** What the peers of the mesh have kept of what they did: the newest that fit, oldest first. */
export interface Trace {
  events: TracedEvent[]
  /** that fit; more than `events` where there was no room for all */
  total: number
  /**
   * Who answered; since when it has everything (before that it has only what is seldom); and when it told that, by its
   * clock
   */
  peers: { id: string; since: string; at: string }[]
  /** members that did not answer or cannot be asked; what they saw is not told */
  missing: string[]
}

/** The query as it travels: text, and nothing that was not given. */
export function traceRequest({
  kinds = [],
  task,
  peer,
  since,
  sinces,
  until,
  limit,
}: TraceQuery): Record<string, string> {
  return {
    ...(kinds.length === 0 ? {} : { kind: kinds.join(',') }),
    ...(task === undefined ? {} : { task }),
    ...(peer === undefined ? {} : { peer }),
    ...(since === undefined ? {} : { since: since.toISOString() }),
    ...(sinces === undefined ? {} : { sinces: sincesText(sinces) }),
    ...(until === undefined ? {} : { until: until.toISOString() }),
    ...(limit === undefined ? {} : { limit: String(limit) }),
  }
}

const sincesText = (sinces: Readonly<Record<string, Date>>): string =>
  Object.entries(sinces)
    .map(([peer, since]) => `${peer}=${since.getTime()}`)
    .join()
