import type { Fault } from './fault.ts'

/** From one lost disk to the next: replacing a custodian takes its peer being dead for 10 s, and some rounds. */
const repairMs = 40_000

/**
 * What is promised holds while a minority of the peers lose what they had. Of the faults that take a disk (a lost
 * peer, a damaged or an old store, a member that goes for good), a plan keeps what leaves a majority of members, with
 * time between them; a torn write that would be too much is only lost.
 */
export function keepMajority(faults: readonly Fault[], nodes: number): Fault[] {
  let left = Math.floor((nodes - 1) / 2)
  let lastMs = Number.NEGATIVE_INFINITY
  return faults.flatMap((fault) => {
    if (!takesDisk(fault)) return [fault]
    if (left > 0 && fault.atMs - lastMs >= repairMs) {
      left--
      lastMs = fault.untilMs
      return [fault]
    }
    return fault.kind === 'crash' ? [{ ...fault, writes: 'lost' as const }] : []
  })
}

function takesDisk(fault: Fault): boolean {
  switch (fault.kind) {
    case 'bit-flip':
    case 'rollback':
    case 'loss':
    case 'leave':
    case 'removal':
      return true
    case 'crash':
      return fault.writes === 'torn'
    default:
      return false
  }
}
