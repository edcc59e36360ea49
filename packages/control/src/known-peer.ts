import { ApiError } from './api-error.ts'
import type { PeerSnapshotView } from './peer-snapshot-view.ts'

/** A member by its id or its name, also one that is away. Throws ApiError 404 `peer-unknown`, 409 `peer-ambiguous`. */
export function peerOf(text: string, { self, name, members }: PeerSnapshotView): string {
  const known = [{ peer: self, name }, ...members.filter(({ peer }) => peer !== self)]
  if (known.some(({ peer }) => peer === text)) return text
  const named = known.filter((member) => member.name === text)
  if (named.length === 1) return named[0]!.peer
  if (named.length > 1) {
    const ids = named.slice(0, 8).map(({ peer }) => peer)
    throw new ApiError(409, 'peer-ambiguous', `several peers are called '${text}': ${ids.join(', ')}; give the id`)
  }
  const names = known.slice(0, 8).map((member) => member.name || member.peer)
  throw new ApiError(404, 'peer-unknown', `no peer '${text}' is known; known are ${names.join(', ')}`)
}
