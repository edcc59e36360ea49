import type { MessageTag, Role } from '@souk/wire'

/** Messages by which a member uses the mesh's hosts, or keeps tasks; an observer only reads. */
const uses = new Set<MessageTag>(['quote', 'award', 'cancel', 'given', 'over', 'renewed', 'committed', 'fenced'])
/** Messages by which a member says that it runs other people's work. */
const serves = new Set<MessageTag>([
  ...(['bid', 'noBid', 'wanted', 'accept', 'bounce'] as const),
  ...(['giveUp', 'renew', 'commit', 'stopped'] as const),
])

/** Whether a member with this role may send this message. */
export function mayReceive(role: Role, tag: MessageTag): boolean {
  if (role === 'observe') return !uses.has(tag) && !serves.has(tag)
  if (role === 'submit') return !serves.has(tag)
  return true
}
