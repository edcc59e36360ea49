import { type Static, Type } from '@sinclair/typebox'
import { base32Alphabet } from '@souk/kernel'
import { limits } from './limits.ts'
import { bytes, int, strict, text } from './schema.ts'

/** libp2p peer id, in base58. */
export const PeerId = text(limits.idCharsMax, 1)
export type PeerId = Static<typeof PeerId>

/** 23 base-32 characters of the task's nonce, then one for the draw (see `taskId`). */
export const TaskId = Type.String({ pattern: '^[0-9a-hjkmnp-tv-z]{24}$' })
export type TaskId = Static<typeof TaskId>

/** Number of the peer's life: how often a peer id has started. Only rises (I9). */
export const Incarnation = int(2 ** 32)
export type Incarnation = Static<typeof Incarnation>

/**
 * A peer's proof that it reached this life: its signature over `signableLife`, the same each time. Empty: the sender has none
 * at hand, which proves nothing either way.
 */
export const LifeProof = bytes(128)
export type LifeProof = Static<typeof LifeProof>

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

const taskNonceChars = 23
/** Draws of an id whose custodians cannot all be reached. */
export const drawsMax = 16

/**
 * The task id for a nonce (23 base-32 characters: tenant and key, hashed), the same at every peer. The last character says
 * which draw it is: 0 to 15, or 16 to 31 for members of gangs.
 */
export function taskId(nonce: string, draw = 0, gang = false): TaskId {
  const last = base32Alphabet[(draw % drawsMax) + (gang ? drawsMax : 0)]
  return nonce.slice(0, taskNonceChars).padEnd(taskNonceChars, '0') + last
}

/** The id of a task that is submitted under this nonce. */
export function taskIdOf({ nonce, spec }: { nonce: string; spec: { gang?: unknown } }, draw = 0): TaskId {
  return taskId(nonce, draw, spec.gang !== undefined)
}

/** Leading characters that the ids of a gang's members have in common; the three after them are the rank. */
const gangNonceChars = 20

/** The nonce of one member, made from the nonce of its gang. */
export function gangNonce(nonce: string, rank: number): string {
  const digits = [rank >> 10, rank >> 5, rank].map((digit) => base32Alphabet[digit & 31])
  return nonce.slice(0, gangNonceChars).padEnd(gangNonceChars, '0') + digits.join('')
}

/**
 * The part of an id that decides who keeps the task: all of it, or for members of a gang what they have in common. So the same
 * custodians keep all members, and the one that recovers a member recovers them all.
 */
export function placementKey(task: TaskId): string {
  const last = task.at(-1)!
  return base32Alphabet.indexOf(last) < drawsMax ? task : task.slice(0, gangNonceChars) + last
}

/** Whether the ballot was begun by a bearer or an origin, not by a custodian. */
export function isBearers(ballot: Ballot): boolean {
  return ballot.counter % 2 === 1
}

/** Residue class of the counters that each role begins. */
const counterClasses = { origin: { step: 4, rest: 1 }, bearer: { step: 4, rest: 3 }, custodian: { step: 2, rest: 0 } }

/**
 * The least counter above `after` that this role may begin. Roles begin different counters, so that a peer never uses one
 * counter twice for a task in two roles.
 */
export function nextCounter(after: number, by: keyof typeof counterClasses): number {
  const { step, rest } = counterClasses[by]
  const next = after + 1
  return next + ((((rest - next) % step) + step) % step)
}
