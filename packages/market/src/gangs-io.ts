import type { Prng, WallMillis } from '@souk/kernel'
import type { Decision, MessageOf, PeerId, Taker, TaskId, TaskRecord } from '@souk/wire'
import type { LocalView, MembersView } from './views.ts'

export type GangsInput =
  | { type: 'start'; wallMs: WallMillis }
  | { type: 'wake' }
  /** this peer bears a gang member that has not begun before; `durable`: custodians have it, so its baton may leave */
  | { type: 'waiting'; record: TaskRecord; durable: boolean }
  | { type: 'durable'; task: TaskId }
  | { type: 'withdrawn'; task: TaskId }
  | { type: 'message'; from: PeerId; message: MessageOf<'reserved' | 'freed'> }
  /** members, or what hosts offer, have changed */
  | { type: 'changed' }

export type GangsEffect =
  | { type: 'send'; to: PeerId; message: MessageOf<'reserve' | 'unreserve'> }
  | { type: 'award'; tasks: TaskId[]; to: Taker; alternates: Taker[]; decision: Decision }
  | { type: 'keep'; tasks: TaskId[]; alternative: number; decision: Decision }
  | { type: 'waits'; tasks: TaskId[]; code: string; decision: Decision }
  | { type: 'unplaceable'; task: TaskId; message: string; decision: Decision }
  /** this member is to be placed by itself, like any other task */
  | { type: 'alone'; record: TaskRecord }

export interface GangsParts {
  self: PeerId
  prng: Prng
  members: MembersView
  local: LocalView
}
