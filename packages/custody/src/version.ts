import { hash64 } from '@souk/kernel'
import type { PeerId, TaskRecord } from '@souk/wire'

/** A version holds its number and, in the lower 32 bits, a hash of its custodians: other sets make other versions. */
const setSpan = 2 ** 32

function versionOf(number: number, custodians: readonly PeerId[]): number {
  return number * setSpan + hash64(custodians.join(), 5).lo
}

/**
 * The version of a task that is submitted. After members came or went, another submit of its key may choose other
 * custodians: that is another version with the same number, and a custodian keeps the one that it heard of first.
 */
export function firstVersion(custodians: readonly PeerId[]): number {
  return versionOf(1, custodians)
}

export function nextVersion(version: number, custodians: readonly PeerId[]): number {
  return versionOf(versionNumber(version) + 1, custodians)
}

/** 1 for the first, then one more with every change of its custodians. */
export function versionNumber(version: number): number {
  return Math.floor(version / setSpan)
}

/** Whether a version is made of these custodians. */
export function namesItsSet({ version, custodians }: { version: number; custodians: readonly PeerId[] }): boolean {
  return version === versionOf(versionNumber(version), custodians)
}

/** The record of the next version. */
export function succeed(record: TaskRecord, custodians: readonly PeerId[]): TaskRecord {
  return { ...record, version: nextVersion(record.version, custodians), custodians: [...custodians] }
}
