import type { OutcomeKind, PeerId, TaskId, TaskSpec } from '@souk/wire'
import type { SimNode } from './node.ts'

/** forgotten: only its own peer kept it, and lost it */
export type ClientState = 'sent' | 'accepted' | 'refused' | 'closed' | 'forgotten'

/** One task as its client sees it. */
export interface ClientTask {
  readonly id: TaskId
  readonly nonce: string
  readonly spec: TaskSpec
  /** who is asked: for ever the same peer, save where clients may go to any; of those, whoever accepted it */
  node: SimNode
  state: ClientState
  /** the life of the peer that was asked last, and when */
  life: number
  /** who accepted it, and in which life, where only that one keeps it */
  keeper: { id: PeerId; life: number } | undefined
  sentAt: number
  tries: number
  /** since when its peer is known to be away; undefined while it is not */
  awayAt: number | undefined
  /** when it was last asked about, 0 = never */
  askedAt: number
  kind: OutcomeKind | undefined
}

/** Before it is sent for the first time. */
export function newClientTask(told: Pick<ClientTask, 'id' | 'nonce' | 'spec' | 'node'>): ClientTask {
  return {
    ...told,
    state: 'sent',
    life: 0,
    keeper: undefined,
    sentAt: 0,
    tries: 0,
    awayAt: undefined,
    askedAt: 0,
    kind: undefined,
  }
}
