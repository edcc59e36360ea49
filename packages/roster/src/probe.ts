import type { Millis } from '@souk/kernel'
import type { PeerId } from '@souk/wire'

/** A question to one member that is not answered yet. */
export interface Probe {
  nonce: number
  target: PeerId
  /** undefined once postponed: how long an answer takes then says nothing about the target */
  sentMs: Millis | undefined
  stage: 'direct' | 'indirect'
  /** on whose behalf, and their number for it; undefined for an own probe */
  asker: { peer: PeerId; nonce: number } | undefined
  /** who probes in our place, and who of them could not reach it either */
  helpers: PeerId[]
  refusers: PeerId[]
}
