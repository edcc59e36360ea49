import type { Bearer } from '@souk/custody'
import type { Host } from '@souk/host'
import type { BorneView, DrainView } from '@souk/rebalance'
import type { Roster } from '@souk/roster'
import type { Offer, PeerId } from '@souk/wire'
import type { LoadTable } from './load-table.ts'

type Borne = ReturnType<Bearer['all']> extends Iterable<infer B> ? B : never

/** Who says of itself that it drains. */
interface Sayings {
  readonly self: PeerId
  readonly offer: Offer
  readonly loads: LoadTable
  readonly roster: Roster
}

/** What a drain looks at. */
interface DrainParts extends Sayings {
  readonly bearer: Bearer
  readonly host: Host
}

/** It empties itself: by its last frame, else by its advert. */
export function drains({ self, offer, loads, roster }: Sayings, peer: PeerId): boolean {
  if (peer === self) return offer.draining
  return loads.get(peer)?.draining ?? roster.get(peer)?.advert?.offer.draining ?? false
}

/** What this peer has in its hands, as a drain sees it. */
export function drainView(parts: DrainParts): DrainView {
  const { self, bearer, host, roster } = parts
  return {
    *borne() {
      for (const borne of bearer.all()) yield seen(borne, host.waits(borne.record.id))
    },
    seesToIt: (peer) => peer !== self && roster.reachable(peer) && !drains(parts, peer),
  }
}

/** `waits`: in the queue of this host. */
function seen({ record, state, durable, next, pending, ending, sinceMs }: Borne, waits: boolean): BorneView {
  return {
    task: record.id,
    state: stateOf(state, waits),
    fixed: !durable || next !== undefined || pending !== undefined,
    ending: ending !== undefined,
    startsOnce: record.spec.starts === 'at-most-once',
    sinceMs,
    custodians: record.custodians,
  }
}

function stateOf(state: Borne['state'], waits: boolean): BorneView['state'] {
  switch (state) {
    case 'waiting':
      return 'waiting'
    case 'beginning':
      return 'queued'
    case 'queued':
      return waits ? 'queued' : 'running'
    case 'running':
      return 'running'
    default:
      return 'passing'
  }
}
