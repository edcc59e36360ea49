import type { PeerId, TaskId } from '@souk/wire'

/** Tasks that are to go from their bearer to a host, and why. */
export interface NamedMove {
  from: PeerId
  to: PeerId
  tasks: readonly TaskId[]
  code: string
  reason: string
}

/** What became of one move: `handed` tasks are on their way; `left` counts those that stay, by reason. */
export interface MoveResult {
  handed: number
  left: { code: string; count: number }[]
}
