import type { Millis } from '@souk/kernel'
import { limits } from '@souk/wire'

/** Everything that can be tuned. Defaults are in `rosterDefaults`; each line says what breaks when it is wrong. */
export interface RosterConfig {
  /** one member is probed per period. Too long: crashes are found late; too short: traffic for nothing */
  probeMs: Millis
  /** least wait for a direct answer, which else is three times the p95 round trip. Too short: busy peers look unreachable */
  probeTimeoutMsMin: Millis
  /** most wait for a direct answer, before the health multiplier. Too long: a peer with one slow spell is found late */
  probeTimeoutMsMax: Millis
  /** peers asked to probe in our place. 0: one bad link makes a suspect */
  helpersMax: number
  /** probes for others under way at once; further requests get no answer */
  relaysMax: number
  /** suspicion lasts at least this times max(1, log10 members). Too short: a suspect has no time to deny */
  suspicionMs: Millis
  /** how much longer when nobody confirms. 1: an isolated observer buries the whole mesh */
  suspicionStretchMax: number
  /** confirmations by others that bring suspicion down to its least */
  confirmationsMax: number
  /** a rumour rides on this times log10(members + 1) messages. Too low: rumours die out */
  retransmitFactor: number
  /** rumours kept about peers whose certificate has not come yet */
  earlyUpdatesMax: number
  /** top of the local health score: probe period and timeout grow up to (1 + this) times */
  healthMax: number
  /** own event-loop lag, or lateness of a wake-up, from which this peer counts as a poor observer */
  lagMsMin: Millis
  /** a member that was never connected is probed through others only after this: the driver has so long to dial it */
  connectGraceMs: Millis
  /** up to this many live members all are expected to be connected, so one without a link is worth a probe */
  fullMeshMembersMax: number
  /** least time between two changes of the own advert on the air; changes in between travel together */
  advertMsMin: Millis
  /** least heartbeat period of the own advert; a large mesh has members * advertBytes / advertBytesPerSecond */
  heartbeatMsMin: Millis
  /** what one received advert costs with gossip's copies and ids (an estimate, to be measured) */
  advertBytes: number
  /** what adverts may cost each peer. Too high: gossip eats the link in a large mesh */
  advertBytesPerSecond: number
  /** period of anti-entropy with one random reachable peer. Too long: what gossip lost stays lost */
  syncMs: Millis
  /** syncs of one peer answered within one `syncMs`; each answer may hold `advertsPerSyncMax` adverts */
  syncsPerPeerMax: number
  /** adverts sent in answer to one sync; the rest goes with the next */
  advertsPerSyncMax: number
  /** estimated size of one `adverts` message; a frame over the wire's limit would be refused whole */
  advertsMessageBytesMax: number
  /** members known at once. When full, those who left or expired make room, then the longest dead */
  membersMax: number
}

export const rosterDefaults: RosterConfig = {
  probeMs: 1000,
  probeTimeoutMsMin: 200,
  probeTimeoutMsMax: 2000,
  helpersMax: 3,
  relaysMax: 64,
  suspicionMs: 4000,
  suspicionStretchMax: 6,
  confirmationsMax: 3,
  retransmitFactor: 4,
  earlyUpdatesMax: 1024,
  healthMax: 8,
  lagMsMin: 100,
  connectGraceMs: 10_000,
  fullMeshMembersMax: 128,
  advertMsMin: 1000,
  heartbeatMsMin: 10_000,
  advertBytes: 2500,
  advertBytesPerSecond: 40_000,
  syncMs: 30_000,
  syncsPerPeerMax: 8,
  advertsPerSyncMax: 1024,
  advertsMessageBytesMax: 128 * 1024,
  membersMax: limits.membersMax,
}
