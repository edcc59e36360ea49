import type { PeerInput } from '@souk/peer'
import type { PeerId } from '@souk/wire'

/** A machine threw, or turned in place: a bug in the simulated peer, whatever came in. */
export class MachineCrash extends Error {
  override name = 'MachineCrash'
  readonly peer: PeerId
  readonly atMs: number

  constructor(peer: PeerId, input: PeerInput, atMs: number, cause: unknown) {
    const tags = input.type === 'frame' ? ` [${input.frame.messages.map(({ t }) => t).join(' ')}]` : ''
    super(`${peer} failed at ${atMs.toFixed(3)} ms on input '${input.type}'${tags}: ${String(cause)}`, { cause })
    this.peer = peer
    this.atMs = atMs
  }
}
