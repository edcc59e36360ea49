import type { Subject } from '../subject.ts'
import type { PlantedBug } from './planted-bug.ts'
import { TamperedPeer } from './tampered-peer.ts'

/** The same peers, all of them with the bug. */
export function plant(bug: PlantedBug, subject: Subject): Subject {
  return { ...subject, makePeer: (self, prng) => new TamperedPeer(self, subject.makePeer(self, prng), bug.tamper()) }
}
