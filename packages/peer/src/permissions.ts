import type { Member } from '@souk/roster'
import type { Bearer as Life, Message, MessageTag, Role } from '@souk/wire'
import { destinations } from './destinations.ts'

/** Messages by which a member uses the mesh's hosts. */
const uses = new Set<MessageTag>([
  'quote',
  'survey',
  'award',
  'cancel',
  'given',
  'over',
  'store',
  'drop',
  'await',
  'reserve',
  'unreserve',
  'backup',
  'backupOver',
])
/** Messages by which a bearer speaks to custodians; a peer that submits bears its tasks at first. */
const bears = new Set<MessageTag>([
  ...(['renew', 'giveUp', 'commit', 'chosen', 'moved', 'stopped', 'bounce', 'begin', 'decided', 'watch'] as const),
])
/** Messages by which a member says that it runs other people's work, or keeps it. */
const serves = new Set<MessageTag>([
  ...(['bid', 'noBid', 'surveyed', 'wanted', 'accept', 'reserved', 'freed'] as const),
  ...(['backupSaid', 'fetch', 'fetched'] as const),
  ...(['stored', 'already', 'unstored', 'leaseAsk', 'leaseTold', 'prepare', 'promise', 'refuse', 'committed'] as const),
  ...(['lacking', 'fenced', 'begun', 'renewed', 'unknown', 'copy'] as const),
])

/** Whether a member with this role may send this message: an observer only reads, a submitter serves nobody. */
export function mayReceive(role: Role, tag: MessageTag): boolean {
  if (role === 'observe') return !uses.has(tag) && !bears.has(tag) && !serves.has(tag)
  if (role === 'submit') return !serves.has(tag)
  return true
}

/**
 * Why a message is not routed, as a code; undefined: it is. An older life of a member than is known has no say in what was
 * agreed since; it may only speak to the roster, which tells it of the newer life.
 */
export function whyRejected(member: Member | undefined, from: Life, { t }: Message): string | undefined {
  if (!member) return 'not-a-member'
  if (!mayReceive(member.role, t)) return 'not-allowed'
  const old = from.incarnation < member.incarnation
  return old && !destinations[t].includes('roster') ? 'old-incarnation' : undefined
}
