import type { MessageTag } from '@souk/wire'

export type Destination =
  | 'roster'
  | 'bidder'
  | 'auctioneer'
  | 'bearer'
  | 'custodian'
  | 'bearer and custodian'
  | 'desk'
  | 'followers'

/** Which machine hears a message. */
export const destinations: Record<MessageTag, Destination> = {
  ping: 'roster',
  ack: 'roster',
  pingReq: 'roster',
  pingRes: 'roster',
  sync: 'roster',
  adverts: 'roster',
  leave: 'roster',
  quote: 'bidder',
  given: 'bidder',
  over: 'bidder',
  bid: 'auctioneer',
  noBid: 'auctioneer',
  wanted: 'auctioneer',
  award: 'bearer',
  renewed: 'bearer',
  committed: 'bearer',
  fenced: 'bearer',
  accept: 'bearer and custodian',
  bounce: 'custodian',
  giveUp: 'custodian',
  renew: 'custodian',
  commit: 'custodian',
  stopped: 'custodian',
  cancel: 'custodian',
  query: 'custodian',
  list: 'custodian',
  view: 'desk',
  cancelled: 'desk',
  listed: 'desk',
  output: 'desk',
  follow: 'followers',
}
