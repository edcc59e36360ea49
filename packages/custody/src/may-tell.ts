import { type Ballot, type Bearer, compareBallots, type MessageOf } from '@souk/wire'
import type { CustodianMessage } from './custodian-io.ts'
import type { Entry } from './entry.ts'
import { mayBegin } from './quorum.ts'
import { namesItsSet } from './version.ts'

/** How far above its own promise a custodian follows a bearer's ballot: a liar must not use up all counters at once. */
const aheadMax = 4096

/**
 * Whether the sender may say this of a task: it keeps the task, bears it, submitted it, or began the ballot, whichever the
 * message asks for. What a bearer or a custodian says of its own tasks is believed (ARCHITECTURE.md, decisions).
 */
export function mayTell(from: Bearer, message: CustodianMessage, entry: Entry | undefined): boolean {
  switch (message.t) {
    case 'store':
      return (
        namesItsSet(message.record) &&
        (message.ballot.peer === from.peer || !entry || knows(from, message.record, entry))
      )
    case 'prepare':
      return namesItsSet(message.record) && message.record.custodians.includes(from.peer) && isOwn(from, message)
    case 'copy':
      return namesItsSet(message.record) && knows(from, message.record, entry)
    case 'drop':
      return message.ballot.peer === from.peer
    case 'chosen':
      return !entry || knows(from, entry.record, entry) || hostOf(message) === from.peer
    case 'moved':
      return (
        namesItsSet(message) && (!entry || knows(from, entry.record, entry) || message.custodians.includes(from.peer))
      )
    default:
      return true
  }
}

/** The sender keeps the task, submitted it, or bears it as far as is known here. */
function knows({ peer }: Bearer, record: { custodians: string[]; origin?: string }, entry: Entry | undefined): boolean {
  return record.custodians.includes(peer) || record.origin === peer || entry?.bearer.peer === peer
}

function isOwn(from: Bearer, { ballot }: MessageOf<'prepare'>): boolean {
  return ballot.peer === from.peer && ballot.incarnation === from.incarnation
}

function hostOf({ decree, ballot }: MessageOf<'chosen'>): string | undefined {
  return decree?.kind === 'outcome' ? (decree.outcome.host ?? ballot.peer) : undefined
}

/** Whether a bearer's ballot above this custodian's promise may be one of which it missed the PREPARE or STORE. */
export function mayFollow(entry: Entry, ballot: Ballot): boolean {
  if (compareBallots(ballot, entry.promised) <= 0) return false
  return mayBegin(entry.record, ballot) && ballot.counter <= entry.promised.counter + aheadMax
}
