import type { PeerInput } from '@souk/peer'
import type { PeerId } from '@souk/wire'
import type { SimEvent } from './event.ts'
import type { SimNode } from './node.ts'

/** What the parts of a world may do with it. */
export interface Stage {
  /** world time, ms */
  readonly now: number
  readonly nodes: readonly SimNode[]
  /** which node a peer id belongs to, or belonged to */
  indexOf(peer: PeerId): number | undefined
  /** adds an event at a world time, not before now */
  push(atMs: number, event: SimEvent): void
  /** calls back `afterMs` from now: for what is rare */
  later(afterMs: number, call: () => void): void
  /** steps a living node's machine at once; never from within a step */
  input(node: SimNode, input: PeerInput): void
}
