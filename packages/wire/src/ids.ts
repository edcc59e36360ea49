import { type Static, Type } from '@sinclair/typebox'
import { base32Alphabet } from '@souk/kernel'
import { limits } from './limits.ts'
import { int, strict, text } from './schema.ts'

/** libp2p peer id, in base58. */
export const PeerId = text(limits.idCharsMax, 1)
export type PeerId = Static<typeof PeerId>

/** 23 base-32 characters of its nonce, then the number of its draw. */
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

const taskNonceChars = 23
/** An id may be drawn again so often, where its custodians cannot all be reached. */
export const drawsMax = 16

/**
 * The id of the task that anybody makes of a nonce (23 base-32 characters: tenant and key, hashed). The same nonce
 * gives the same id at every peer; its last character says which draw it is, 0 to 15.
 */
export function taskId(nonce: string, draw = 0): TaskId {
  return nonce.slice(0, taskNonceChars).padEnd(taskNonceChars, '0') + base32Alphabet[draw % drawsMax]
}

/** Begun by a bearer or an origin, not by a custodian. */
export function isBearers(ballot: Ballot): boolean {
  return ballot.counter % 2 === 1
}

/** Of each role its own residue class. */
const counterClasses = { origin: { step: 4, rest: 1 }, bearer: { step: 4, rest: 3 }, custodian: { step: 2, rest: 0 } }

/**
 * The least counter above `after` that this role may begin. Origins, bearers and custodians begin different ones, so no
 * peer uses one twice for a task in two roles.
 */
export function nextCounter(after: number, by: keyof typeof counterClasses): number {
  const { step, rest } = counterClasses[by]
  const next = after + 1
  return next + ((((rest - next) % step) + step) % step)
}
