import type { Offer } from '@souk/wire'
import type { PeerSnapshotView } from '../peer-snapshot-view.ts'

/** A peer that runs tasks and can be asked, as an analysis looks at it. */
export interface SeenHost {
  peer: string
  offer: Offer
  /** how many run there, as it says itself with every frame: newer than what custodians list; undefined: not heard */
  running?: number | undefined
  /** it takes nothing now */
  pressed?: boolean | undefined
  /** how fast large transfers between it and this peer went of late; undefined: none did */
  bytesPerMs?: number | undefined
}

/** Of transfers with each peer, bytes a millisecond. */
export type Rates = ReadonlyMap<string, number>

/** This peer, and the others that run tasks and can be asked. */
export function hostsOf({ self, offer, load, members }: PeerSnapshotView, rates?: Rates): SeenHost[] {
  const others = members.flatMap(({ peer, reachable, offer: told, role, load: stamp }) => {
    const runs = role === 'host' || role === 'admin'
    return peer !== self && reachable && runs && told
      ? [{ peer, offer: told, running: stamp?.running, pressed: stamp?.pressed, bytesPerMs: rates?.get(peer) }]
      : []
  })
  return [{ peer: self, offer, running: load?.running, pressed: load?.pressed }, ...others]
}
