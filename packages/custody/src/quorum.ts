import { type Ballot, majority, type PeerId, type TaskRecord } from '@souk/wire'
import { versionNumber } from './version.ts'

/**
 * Whether all custodians that are left of an unendable set have answered. Together they know of every decision in which one
 * of them took part, but not of what removed custodians alone decided. So they may decide only on a person's word.
 */
export function areAllLeft(
  answered: ReadonlySet<PeerId>,
  custodians: readonly PeerId[],
  removed: (peer: PeerId) => boolean,
): boolean {
  const left = custodians.filter((peer) => !removed(peer))
  return left.length > 0 && left.length < majority(custodians.length) && left.every((peer) => answered.has(peer))
}

/** The latest time that a majority of custodians has reached: the majority-th largest of their times. */
export function majorityTime(times: readonly number[]): number {
  const [a, b, c] = times
  if (times.length === 1) return a!
  // Of three the middle one, without sorting: this is asked for every baton, several times a second.
  if (times.length === 3) return Math.max(Math.min(a!, b!), Math.min(Math.max(a!, b!), c!))
  return times.toSorted((a, b) => b - a)[majority(times.length) - 1] ?? -Infinity
}

/** Whether a next version stands, and whether this peer bears the task in it. */
export type Standing = 'not-yet' | 'ours' | 'theirs'

/** Who of a next version's custodians answered STORED to the ballot of this peer, and who ALREADY. */
export interface Stored {
  stored: ReadonlySet<PeerId>
  already: ReadonlySet<PeerId>
}

/**
 * A version stands when a majority of its custodians has it (STORED or ALREADY); this peer bears the task there only if a
 * majority answered STORED to its own ballot. Silent custodians may yet bring that about, but after two sayings they are
 * not waited for: one that died would leave the task with a bearer that can no longer commit in the old version.
 */
export function standingOf({ stored, already }: Stored, length: number, tries: number): Standing {
  const need = majority(length)
  if (stored.size >= need) return 'ours'
  // A custodian that promised more since may have answered both: it counts once.
  if (new Set([...stored, ...already]).size < need) return 'not-yet'
  return length - already.size >= need && tries < 2 ? 'not-yet' : 'theirs'
}

/**
 * Whether this peer may have begun this ballot: custodians begin even counters, the origin odd ones; after the first
 * version other bearers and earlier custodians may have begun either (wire's `nextCounter`).
 */
export function mayBegin({ version, origin, custodians }: TaskRecord, { counter, peer }: Ballot): boolean {
  if (counter % 2 === 0) return custodians.includes(peer) || versionNumber(version) > 1
  return peer === origin || versionNumber(version) > 1
}
