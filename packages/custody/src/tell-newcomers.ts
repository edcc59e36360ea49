import type { Ballot, PeerId, TaskRecord } from '@souk/wire'
import type { CustodianEffect } from './custodian-io.ts'
import type { Entry } from './entry.ts'

/**
 * Tells the new custodians of this version, that were none in the `known` one, how the task was placed: a record does not
 * say so, and its bearer may not be the one that decided. Only the first custodian that stays tells, once: a decision is
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

/** Sends the decision, if one is known. `ballot`: the one promised at the receiver, which takes no decision under another. */
export function tellDecision({ record, decision }: Entry, to: PeerId, ballot: Ballot, out: CustodianEffect[]): void {
  if (decision === undefined) return
  out.push({ type: 'send', to, message: { t: 'decided', tasks: [{ task: record.id, ballot }], decision } })
}
