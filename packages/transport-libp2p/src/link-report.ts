import type { PeerId } from '@souk/wire'
import type { KnownPeer } from './address-book.ts'
import type { Bandwidth } from './bandwidths.ts'

/** How the bytes of a connection travel: straight to that peer, or through a third one. */
export type Way = 'direct' | 'relayed'

/** By the address of its other end; libp2p writes a relay into it (`/p2p-circuit`). */
export const wayOf = (remoteAddress: string): Way =>
  remoteAddress.split('/').includes('p2p-circuit') ? 'relayed' : 'direct'

/** How far we got with one peer, hop by hop: what `souk doctor` shows. */
export interface LinkReport {
  peer: PeerId
  addresses: string[]
  /** heard of on the local network */
  discovered: boolean
  /** we tried its addresses at least once */
  dialled: boolean
  /** an encrypted connection is open */
  connected: boolean
  /** of the connection that counts; undefined: there is none */
  way: Way | undefined
  /** both sides greeted on the long-lived stream */
  streamOpen: boolean
  /** it has shown a good certificate */
  certificateOk: boolean
  /** it listens to adverts */
  gossipSubscribed: boolean
  /** by transfers with it of late */
  bandwidth: Bandwidth
  failures: number
  lastError: { code: string; message: string } | undefined
}

export function linkReport(
  peer: PeerId,
  known: KnownPeer | undefined,
  now: Pick<LinkReport, 'connected' | 'way' | 'streamOpen' | 'gossipSubscribed' | 'bandwidth'>,
): LinkReport {
  return {
    peer,
    addresses: known?.addresses ?? [],
    discovered: known?.discovered ?? false,
    dialled: known?.dialled ?? false,
    certificateOk: now.streamOpen || (known?.member ?? false),
    failures: known?.failures ?? 0,
    lastError: known?.lastError,
    ...now,
  }
}
