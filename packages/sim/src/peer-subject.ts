import { defaultConfig, Peer, type PeerConfig, type PeerSnapshot } from '@souk/peer'
import type { Subject } from './subject.ts'

/** The real peer, with all its trace events on: checkers read them. */
export function peerSubject(config: PeerConfig = defaultConfig()): Subject {
  return {
    makePeer(self, prng) {
      const peer = new Peer(config, { self, prng })
      peer.setTracing(true)
      return peer
    },
    rosterOf(snapshot) {
      const { members } = snapshot as PeerSnapshot
      return new Map(
        members
          .filter(({ state }) => state === 'alive')
          .map(({ peer, incarnation, offer }) => [peer, `life ${incarnation}, ${offer?.summary ?? 'no advert'}`]),
      )
    },
  }
}
