import type { Millis, QuotaRoom, ResourceRequest, ResourceVector } from '@souk/kernel'
import type { Incarnation, Offer, PeerId, Shape, TaskId, Ties } from '@souk/wire'
import type { Work } from './eta.ts'

/** A member as the market sees it. */
export interface CandidateView {
  peer: PeerId
  incarnation: Incarnation
  reachable: boolean
  /** undefined until its advert came */
  offer: Offer | undefined
}

/** A host as its zone sees it. */
export interface ZoneMember {
  peer: PeerId
  /** a host without one is a zone of its own; undefined: it has not said yet where it is */
  zone: string | undefined
  /** it can be asked now */
  reachable: boolean
}

/** What the market may know of the others; sorted by peer id, the same array while `version` stands. */
export interface MembersView {
  readonly version: number
  candidates(): readonly CandidateView[]
  candidate(peer: PeerId): CandidateView | undefined
  /** who is in which zone, this host among them; with those that are gone, while what they ran may still be running */
  zones(now: Millis): readonly ZoneMember[]
  /** how many of those that can be reached are in this host's zone, itself among them */
  zoneMates(now: Millis): number
  /** p95 of round trips, to one peer or over all */
  rttP95(peer?: PeerId): Millis | undefined
  /** how fast large transfers with that peer went of late; undefined: none was measured */
  bytesPerMs(peer: PeerId): number | undefined
}

/** What the market may know of this host. */
export interface LocalView {
  offer(): Offer
  /** free now; nothing while something of its own waits in front */
  free(): ResourceVector
  room(request: ResourceRequest, limit: number): number
  queued(): number
  /** a gang that has waited for long is to have what becomes free here: nothing is fetched that would come before it */
  promised(): boolean
  /** why it takes nothing now, with the code; undefined: it is not under pressure. Then nothing is free either */
  pressure(): string | undefined
  /** in this life it has not heard from most members: what three keep it may not take of others yet; what fewer keep it may */
  unsure(): boolean
  /** such tasks that are over by their timeout in so long could use room here that a gang has which starts later: so many */
  lent(shape: Shape, limitMs: Millis, most: number, now: Millis): number
  /** what tenants may have here yet; undefined: nobody has a quota */
  quotas(): QuotaRoom | undefined
  /** of what runs, waits or is about to come here; of tasks that have any */
  ties(): readonly Ties[]
  /** workers of this class that are warm and free, and how long a cold one takes to get warm; undefined: it has none */
  warmth(name: string): { free: number; coldMs: Millis } | undefined
  running(): number
  /** what runs here, then what waits, each in its order; at most `limit` of each */
  work(limit: number, now: Millis): readonly Work[]
}

/** Peers that said (in their load stamps) that tasks wait with them. */
export interface BearersView {
  waiting(): readonly { peer: PeerId; waiting: number }[]
}

/** What others said of their room in their last frames. */
export interface LoadsView {
  /**
   * Slots, less what this peer has awarded for a stamp and was not accepted yet; nothing while tasks queue there. `saidMs`: by that peer's own clock.
   * `ageMs`: since this peer heard it.
   */
  free(peer: PeerId, now: Millis): { slots: number; saidMs: number; ageMs: Millis } | undefined
  /** so many of them were just awarded to this task */
  awarded(peer: PeerId, task: TaskId, slots: number, now: Millis): void
}
