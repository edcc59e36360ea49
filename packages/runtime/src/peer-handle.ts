import type { ClientRef, NamedTask, PeerInput, Reply, TraceEvent, UntimedTrace } from '@souk/peer'
import type { PeerId } from '@souk/wire'
import type { NotWritten } from './group-commit.ts'

/** What the inside of this host may ask of its running peer: the one door for control and node. */
export interface PeerHandle {
  readonly self: PeerId
  /** A new client; its replies arrive synchronously within a turn, so listeners only queue. */
  attach(listener: (reply: Reply) => void): ClientRef
  /** The client reads no more; its tasks go on. */
  detach(client: ClientRef): void
  input(input: PeerInput): void
  /** Resolves once all that it was to write because of the inputs until now is on disk, or with why it is not. */
  written(): Promise<NotWritten | undefined>
  /** why a client that has just made up this key had better make another, if so: custodians that it leads to are away */
  whyUnlucky(task: NamedTask): { code: string; message: string } | undefined
  /** plain data of the whole machine (see PeerSnapshot in @souk/peer); built on demand */
  snapshot(): unknown
  /**
   * Reads trace events, all or those that `wants` says, until the returned function is called; what nobody reads is not
   * even built.
   */
  trace(listener: (event: TraceEvent) => void, wants?: (event: UntimedTrace) => boolean): () => void
}
