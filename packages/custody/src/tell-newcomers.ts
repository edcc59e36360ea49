import type { Ballot, PeerId, TaskRecord } from '@souk/wire'
import type { CustodianEffect } from './custodian-io.ts'
import type { Entry } from './entry.ts'

/**
 * How a task was placed, told to those that keep it in this version and did not in the one that is `known`: a record does
 * not tell, and its bearer may be another than the one that decided. The first of those that keep it on does, once; it is
 * for people to read, so it may get lost.
 */
export function tellNewcomers(
  known: Entry,
  { custodians }: TaskRecord,
  { self, ballot }: { self: PeerId; ballot: Ballot },
  out: CustodianEffect[],
): void {
  const isOld = (peer: PeerId): boolean => known.record.custodians.includes(peer)
  if (custodians.find(isOld) !== self) return
  for (const to of custodians) if (!isOld(to)) tellDecision(known, to, ballot, out)
}

/** Nothing where nothing is known of it. `ballot`: what was promised there. */
export function tellDecision({ record, decision }: Entry, to: PeerId, ballot: Ballot, out: CustodianEffect[]): void {
  if (decision === undefined) return
  out.push({ type: 'send', to, message: { t: 'decided', tasks: [{ task: record.id, ballot }], decision } })
}
