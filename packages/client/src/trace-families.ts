/** What trace events are about: the first words of all their types. */
export const traceFamilies = [
  'task',
  'auction',
  'wanted',
  'hold',
  'bidder',
  'member',
  'link',
  'peer',
  'pressure',
  'warm',
  'capacity',
  'audit',
  'store',
  'message',
] as const
