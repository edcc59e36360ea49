import { removalKey } from '@souk/peer'
import type { PeerId } from '@souk/wire'
import { CodedError, type Credentials, type Transport } from './ports.ts'

/** Code `removed`: the mesh has removed this very peer, for good. */
export class RemovedError extends CodedError {
  constructor() {
    super(
      'removed',
      'This peer was removed from its mesh (souk remove): no other peer talks to it any more. What it kept alone is still ' +
        'in its data folder; to be a member again this host has to join as a new peer.',
    )
  }
}

/** An earlier life of this peer has heard that it was removed. */
export function isRemoved(self: PeerId, stored: readonly { key: string }[]): boolean {
  return stored.some(({ key }) => key === removalKey(self))
}

/** Nothing of this peer is taken any more, now or after a restart of it; the error to stop with where it is this one. */
export function expelled(
  peer: PeerId,
  { credentials, transport }: { credentials: Pick<Credentials, 'self' | 'revoke'>; transport: Pick<Transport, 'ban'> },
): RemovedError | undefined {
  if (peer === credentials.self) return new RemovedError()
  credentials.revoke(peer)
  transport.ban(peer, 'certificate-revoked', `${peer} was removed from the mesh`)
  return undefined
}
