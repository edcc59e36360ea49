import type { Millis } from '@souk/kernel'
import type { PeerId } from '@souk/wire'

/** A question to one member that is not answered yet. */
export interface Probe {
  nonce: number
  target: PeerId
  /** undefined once postponed, as this peer was frozen: the time until the answer is then no round trip */
  sentMs: Millis | undefined
  stage: 'direct' | 'indirect'
  /** the peer that asked for this probe, and its nonce for it; undefined: an own probe */
  asker: { peer: PeerId; nonce: number } | undefined
  /** peers that were asked to probe in this peer's place, and those of them that could not reach the target either */
  helpers: PeerId[]
  refusers: PeerId[]
}
