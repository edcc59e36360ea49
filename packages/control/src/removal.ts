import type { BodyOf, RemovalAnswer, Routes } from '@souk/client'
import { limits } from '@souk/wire'
import { ApiError } from './api-error.ts'
import { peerOf } from './known-peer.ts'
import type { ControlOptions } from './options.ts'
import type { PeerSnapshotView } from './peer-snapshot-view.ts'

/**
 * Removes a member for good. Throws ApiError `peer-unknown`, `peer-ambiguous`, `removal-self`, `peer-alive`,
 * `removals-full`, and what `options.remove` rejects with.
 */
export async function removeMember(
  body: BodyOf<Routes['remove']>,
  options: Pick<ControlOptions, 'remove'>,
  snapshot: () => PeerSnapshotView,
): Promise<RemovalAnswer> {
  const before = snapshot()
  const peer = peerOf(body.peer, before)
  if (peer === before.self) throw new ApiError(400, 'removal-self', 'a peer does not remove itself; ask another admin')
  const { name, role, state, connected } = before.members.find((member) => member.peer === peer)!
  if (body.alive !== true && (connected || state === 'alive')) {
    const why = connected ? 'it is connected' : 'it may be back any moment'
    const message = `${name} is a living member: ${why}. Stop it there first (souk down), or say that it goes all the same (--alive)`
    throw new ApiError(409, 'peer-alive', message)
  }
  await options.remove(peer)
  if (snapshot().members.some((member) => member.peer === peer)) {
    const message = `this mesh has removed ${limits.removalsMax} peers, and may forget none of them: it takes no more`
    throw new ApiError(409, 'removals-full', message)
  }
  return { peer, name, role }
}
