import type { Millis, QuotaRoom, ResourceRequest, ResourceVector } from '@souk/kernel'
import type { Incarnation, Offer, PeerId, Shape, TaskId, Ties } from '@souk/wire'
import type { Work } from './eta.ts'

/** A member as the market sees it. */
export interface CandidateView {
  peer: PeerId
  incarnation: Incarnation
  reachable: boolean
  /** undefined until its advert has come */
  offer: Offer | undefined
}

/** A host as its zone sees it. */
export interface ZoneMember {
  peer: PeerId
  /** a host without a zone label is a zone of its own; undefined: it has not said yet where it is */
  zone: string | undefined
  /** the host can be asked now */
  reachable: boolean
}

/** What the market may know of other members. */
export interface MembersView {
  /** rises when members, their reachability or their adverts change */
  readonly version: number
  /** members that may run tasks, sorted by peer id; the same array while `version` stands */
  candidates(): readonly CandidateView[]
  candidate(peer: PeerId): CandidateView | undefined
  /** hosts and their zones, this host included; also hosts that are gone, while their tasks may still be running */
  zones(now: Millis): readonly ZoneMember[]
  /** number of reachable hosts in this host's zone, itself included */
  zoneMates(now: Millis): number
  /** p95 of round trips, to one peer or over all */
  rttP95(peer?: PeerId): Millis | undefined
  /** how fast large transfers with that peer went of late; undefined: none was measured */
  bytesPerMs(peer: PeerId): number | undefined
}

/** What the market may know of this host. */
export interface LocalView {
  offer(): Offer
  /** the free part of the host's ledger; no slots under pressure */
  free(): ResourceVector
  /** how many such requests could start now, at most `limit`; 0 while tasks queue here or under pressure */
  room(request: ResourceRequest, limit: number): number
  queued(): number
  /** a patient gang is still to get room here: this host must not fetch work that would take it first */
  promised(): boolean
  /** why this host is under pressure and takes nothing now; undefined: it is not */
  pressure(): string | undefined
  /** in this life the host has not heard from most members yet: it takes no tasks that three or more custodians keep */
  unsure(): boolean
  /** how many such tasks, each over by its timeout within `limitMs`, could use room that a gang lends; at most `most` */
  lent(shape: Shape, limitMs: Millis, most: number, now: Millis): number
  /** what tenants may still have here; undefined: no tenant has a quota */
  quotas(): QuotaRoom | undefined
  /** ties of the tasks that run, queue or are about to come here, of those that have any */
  ties(): readonly Ties[]
  /** warm free workers of this class, and how long a cold one takes to get warm; undefined: the class has no workers here */
  warmth(name: string): { free: number; coldMs: Millis } | undefined
  running(): number
  /** running tasks, then queued ones, each in their order; at most `limit` of each */
  work(limit: number, now: Millis): readonly Work[]
}

/** Reachable peers whose load stamps say that tasks wait with them. */
export interface BearersView {
  waiting(): readonly { peer: PeerId; waiting: number }[]
}

/** Free room of other peers by their newest load stamps. */
export interface LoadsView {
  /**
   * Free slots by the peer's stamp (0 while tasks queue there), less those that this peer awarded by stamp and that were not
   * accepted yet. `saidMs`: when, by that peer's own clock; `ageMs`: since this peer heard it. Undefined: no stamp, or it drains.
   */
  free(peer: PeerId, now: Millis): { slots: number; saidMs: number; ageMs: Millis } | undefined
  /** notes that this task was awarded to the peer by its stamp, and takes so many of its slots */
  awarded(peer: PeerId, task: TaskId, slots: number, now: Millis): void
}
