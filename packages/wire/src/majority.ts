import type { PeerId } from './ids.ts'

/** How many of n custodians are a majority. */
export function majority(n: number): number {
  return Math.floor(n / 2) + 1
}

/** Whether so many custodians were removed from the mesh that those left are no majority: no vote can succeed any more. */
export function isUnendable(custodians: readonly PeerId[], removed: (peer: PeerId) => boolean): boolean {
  return custodians.filter((peer) => !removed(peer)).length < majority(custodians.length)
}
