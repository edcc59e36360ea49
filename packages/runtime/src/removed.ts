import { removalKey } from '@souk/peer'
import type { PeerId, Removal } from '@souk/wire'
import type { DriverOptions } from './driver-options.ts'
import { CodedError, type Credentials, type Transport } from './ports.ts'
import { stopPart } from './stop-part.ts'

/** A peer that was removed waits so long for its own disk, which need not have it: the others do. */
const writtenMsMax = 2_000

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

/** What it takes of a driver to expel a peer. */
type Needs = Pick<DriverOptions, 'log'> & {
  credentials: Pick<Credentials, 'self' | 'revoke'>
  transport: Pick<Transport, 'shut'>
}

/**
 * From now on nothing of that peer is taken; what was to be told to it has left. Where it is this one itself: the error to stop
 * with, once all that was `written` is on disk, or a disk is too slow to wait for.
 */
export async function expel(
  removal: Removal,
  { log, credentials, transport }: Needs,
  written: () => Promise<unknown>,
): Promise<RemovedError | undefined> {
  const { peer } = removal
  if (peer === credentials.self) {
    await stopPart(log ? { log } : {}, 'disk', written(), AbortSignal.timeout(writtenMsMax))
    return new RemovedError()
  }
  credentials.revoke(removal)
  transport.shut(peer, 'certificate-revoked', `${peer} was removed from the mesh`)
  return undefined
}
