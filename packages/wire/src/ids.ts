import { type Static, Type } from '@sinclair/typebox'
import { hash64, hashBase32 } from '@souk/kernel'
import { limits } from './limits.ts'
import { int, strict, text } from './schema.ts'

/** libp2p peer id, in base58. */
export const PeerId = text(limits.idCharsMax, 1)
export type PeerId = Static<typeof PeerId>

/** 16 base-32 characters of the task's own, then the 8 of its origin's tag. */
export const TaskId = Type.String({ pattern: '^[0-9a-hjkmnp-tv-z]{24}$' })
export type TaskId = Static<typeof TaskId>

/** How often a peer id has started; only rises (I9). */
export const Incarnation = int(2 ** 32)
export type Incarnation = Static<typeof Incarnation>

/** (counter, peer, incarnation), totally ordered. */
export const Ballot = strict({ counter: int(2 ** 31), peer: PeerId, incarnation: Incarnation })
export type Ballot = Static<typeof Ballot>

export function compareBallots(a: Ballot, b: Ballot): number {
  if (a.counter !== b.counter) return a.counter - b.counter
  if (a.peer !== b.peer) return a.peer < b.peer ? -1 : 1
  return a.incarnation - b.incarnation
}

export function ballotText(b: Ballot): string {
  return `${b.counter}.${b.peer.slice(-6)}.${b.incarnation}`
}

const taskNonceChars = 16
const originTagChars = 8

/** The tag by which a task id names its origin. */
export function originTag(peer: PeerId): string {
  return hashBase32(hash64(peer, 7), originTagChars)
}

/** The id of the task that `origin` makes of a 16-character nonce (the client's key, hashed). */
export function taskId(nonce: string, origin: PeerId): TaskId {
  return nonce.slice(0, taskNonceChars) + originTag(origin)
}

export function originTagOf(id: TaskId): string {
  return id.slice(taskNonceChars)
}
