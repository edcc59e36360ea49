import type { Offer } from '@souk/wire'
import type { PeerSnapshotView } from '../peer-snapshot-view.ts'

/** A peer that runs tasks and can be asked, as an analysis looks at it. */
export interface SeenHost {
  peer: string
  offer: Offer
}

/** This peer, and the others that run tasks and can be asked. */
export function hostsOf({ self, offer, members }: PeerSnapshotView): SeenHost[] {
  const others = members.flatMap(({ peer, reachable, offer: told, role }) => {
    const runs = role === 'host' || role === 'admin'
    return peer !== self && reachable && runs && told ? [{ peer, offer: told }] : []
  })
  return [{ peer: self, offer }, ...others]
}
