import type { ClientRef, PeerInput, Reply, Submission, TraceEvent } from '@souk/peer'
import type { PeerId } from '@souk/wire'

/** What the inside of this host may ask of its running peer: the one door for control and node. */
export interface PeerHandle {
  readonly self: PeerId
  /** A new client; its replies arrive synchronously within a turn, so listeners only queue. */
  attach(listener: (reply: Reply) => void): ClientRef
  /** The client reads no more; its tasks go on. */
  detach(client: ClientRef): void
  input(input: PeerInput): void
  /** whether its client, which has just made up its key, had better make another: custodians of this one are away */
  isUnlucky(submission: Submission): boolean
  /** plain data of the whole machine (see PeerSnapshot in @souk/peer); built on demand */
  snapshot(): unknown
  /** Reads trace events until the returned function is called; while nobody reads, none are built. */
  trace(listener: (event: TraceEvent) => void): () => void
}
