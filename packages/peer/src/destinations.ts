import type { MessageTag } from '@souk/wire'

export type Destination =
  | 'roster'
  | 'bidder'
  | 'gangs'
  | 'reservations'
  | 'auctioneer'
  | 'planner'
  | 'bearer'
  | 'unheardAwards'
  | 'custodian'
  | 'submitter'
  | 'desk'
  | 'dependencies'
  | 'followers'
  | 'speculator'
  | 'backups'
  | 'mover'
  | 'traces'

/** The machines that get a message. Where several do, each knows by what an answer is about whether it is its own. */
export const destinations: Record<MessageTag, readonly Destination[]> = {
  ping: ['roster'],
  ack: ['roster'],
  pingReq: ['roster'],
  pingRes: ['roster'],
  sync: ['roster'],
  adverts: ['roster'],
  removed: ['roster'],
  leave: ['roster'],
  quote: ['bidder'],
  survey: ['bidder'],
  surveyed: ['planner'],
  given: ['bidder'],
  fetch: ['bidder'],
  fetched: ['mover'],
  over: ['bidder'],
  bid: ['auctioneer'],
  noBid: ['auctioneer'],
  wanted: ['auctioneer'],
  award: ['bearer'],
  accept: ['bearer', 'unheardAwards', 'auctioneer'],
  renewed: ['bearer'],
  begun: ['bearer'],
  committed: ['bearer', 'custodian'],
  lacking: ['bearer', 'custodian'],
  fenced: ['bearer', 'custodian'],
  stored: ['submitter', 'bearer', 'custodian'],
  already: ['submitter', 'bearer', 'custodian'],
  unstored: ['submitter', 'bearer', 'custodian'],
  chosen: ['custodian', 'submitter'],
  moved: ['custodian', 'submitter', 'desk', 'dependencies'],
  unknown: ['submitter'],
  store: ['custodian'],
  drop: ['custodian'],
  leaseAsk: ['custodian'],
  leaseTold: ['custodian'],
  prepare: ['custodian'],
  promise: ['custodian'],
  refuse: ['custodian'],
  commit: ['custodian'],
  begin: ['custodian'],
  copy: ['custodian'],
  await: ['custodian'],
  decided: ['custodian'],
  bounce: ['custodian'],
  giveUp: ['custodian'],
  renew: ['custodian'],
  stopped: ['custodian'],
  cancel: ['custodian'],
  query: ['custodian'],
  list: ['custodian'],
  view: ['desk'],
  cancelled: ['desk'],
  listed: ['desk'],
  output: ['desk'],
  follow: ['followers'],
  watch: ['custodian'],
  ends: ['dependencies'],
  reserve: ['reservations'],
  unreserve: ['reservations'],
  reserved: ['gangs'],
  backup: ['backups'],
  backupOver: ['backups'],
  backupSaid: ['speculator'],
  freed: ['gangs'],
  askTrace: ['traces'],
  traced: ['traces'],
}
