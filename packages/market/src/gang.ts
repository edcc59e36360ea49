import { copiesThatFit, type Millis } from '@souk/kernel'
import type { Incarnation, MessageOf, Offer, PeerId, Refusal, Shape, TaskId, TaskRecord } from '@souk/wire'
import type { GangConfig } from './gang-config.ts'
import { type HostRoom, isHeld, promisedStart, withFreed } from './promised-start.ts'
import { SaidNever } from './said-never.ts'
import { countTogether } from './ties.ts'
import type { CandidateView } from './views.ts'

/** A host that gets room says so; asking again is for where that was lost, and for hosts that were not asked. */
const quietMsMax = 4_000
/** Between rounds where hosts say so: two that get in each other's way come apart within a few of these. */
const againMsMax = 250

/** What a peer keeps for a gang. */
export interface KeptRoom {
  peer: PeerId
  count: number
  /** by that peer's clock */
  offeredMs: number
}

/**
 * gathering: not all of its members are here, on disk · resting: until it is tried again · asking: hosts keep room for it,
 * or say that they have none.
 */
export type GangState = 'gathering' | 'resting' | 'asking'

/** Like tasks that this peer bears, and places together. */
export interface Gang {
  readonly key: string
  readonly size: number
  readonly shape: Shape
  readonly shapeKey: string
  readonly members: Map<number, { record: TaskRecord; durable: boolean }>
  state: GangState
  /** since when all of it is here */
  completeMs: Millis
  patient: boolean
  round: number
  startedMs: Millis
  /** of `reached` those that have not answered */
  asked: Set<PeerId>
  reached: PeerId[]
  kept: KeptRoom[]
  refused: { peer: PeerId; refusal: Refusal }[]
  /** what hosts said last that they have for it, in this round and since */
  readonly rooms: Map<PeerId, HostRoom>
  /** hosts where an older one is patient, by what they said in this round and since */
  readonly behind: Set<PeerId>
  /** no further round before that, whoever says to have room */
  againMs: Millis
  /** of a patient one: where it starts, by when at the latest; undefined: nobody knows */
  start: { atMs: Millis; keep: ReadonlyMap<PeerId, number> } | undefined
  readonly saidNever: SaidNever
  /** of hosts whose quota for its tenant is smaller than it, in which life they said so */
  readonly quotaMost: Map<PeerId, { incarnation: Incarnation; most: number }>
  quietMs: Millis
  /** why it waits, as its readers know it */
  told: string
}

export function newGang(key: string, size: number, shape: Shape, shapeKey: string): Gang {
  return {
    ...{ key, size, shape, shapeKey },
    members: new Map(),
    state: 'gathering',
    completeMs: 0,
    patient: false,
    round: 0,
    startedMs: 0,
    asked: new Set(),
    reached: [],
    kept: [],
    refused: [],
    rooms: new Map(),
    behind: new Set(),
    againMs: 0,
    start: undefined,
    saidNever: new SaidNever(),
    quotaMost: new Map(),
    quietMs: 0,
    told: '',
  }
}

/** What one of those that were asked keeps, which is never more than its own advert holds; or why it keeps nothing. */
export function noteReserved(
  gang: Gang,
  member: CandidateView | undefined,
  peer: PeerId,
  { count: said, offeredMs, refusal, laterMs = [], older = false, quotaMost }: MessageOf<'reserved'>,
): void {
  if (quotaMost === undefined) gang.quotaMost.delete(peer)
  else if (member) gang.quotaMost.set(peer, { incarnation: member.incarnation, most: quotaMost })
  gang.asked.delete(peer)
  if (older) gang.behind.add(peer)
  const count = Math.min(said, capacityFor([{ offer: member?.offer }], gang))
  if (count > 0) gang.kept.push({ peer, count, offeredMs })
  gang.rooms.set(peer, { peer, count, laterMs })
  if (!refusal) return
  gang.refused.push({ peer, refusal })
  gang.saidNever.note(member, refusal)
}

export function gangSnapshot(gang: Gang) {
  const { key, state, size, patient, members } = gang
  return { gang: key, state, size, here: members.size, kept: keptCount(gang), patient }
}

/** All of its members are here, and on disk where they must be. */
export function isComplete({ members, size }: Gang): boolean {
  return members.size === size && [...members.values()].every(({ durable }) => durable)
}

/** By rank. */
export function tasksOf({ members }: Gang): TaskId[] {
  return [...members].sort(([a], [b]) => a - b).map(([, { record }]) => record.id)
}

/** So many could start at once, by what its hosts keep. */
export function keptCount({ kept, size }: Gang): number {
  return Math.min(
    size,
    kept.reduce((sum, { count }) => sum + count, 0),
  )
}

/** Of each of its members fewer than three are custodians: hosts that have just started may have all of it. */
export function fewKeep({ members }: Gang): boolean {
  return [...members.values()].every(({ record }) => record.custodians.length < 3)
}

/** So long each of its members runs at most; 0: not all of them have a timeout. */
export function limitOf({ members }: Gang): Millis {
  let limitMs = 0
  for (const { record } of members.values()) {
    const { timeoutMs } = record.spec
    if (timeoutMs === 0) return 0
    limitMs = Math.max(limitMs, timeoutMs)
  }
  return limitMs
}

/**
 * A host has room for so many now. True where it is to ask again: those that said so have enough, all together; it can be
 * told to start earlier; or no older one is patient any more where one was.
 */
export function noteFreed(
  gang: Gang,
  peer: PeerId,
  { count, older = false }: MessageOf<'freed'>,
  slackMs: Millis,
): boolean {
  const { behind, rooms, size, start, startedMs } = gang
  rooms.set(peer, withFreed(rooms.get(peer), peer, count))
  const wasBehind = behind.size > 0
  if (older) behind.add(peer)
  else behind.delete(peer)
  if (gang.state !== 'resting') return false
  if (wasBehind && behind.size === 0) return true
  let sum = 0
  for (const room of rooms.values()) sum += room.count
  const found = sum < size && start ? promisedStart([...rooms.values()], size) : undefined
  return sum >= size || (found !== undefined && startedMs + found.inMs + slackMs < start!.atMs)
}

/**
 * Where and when a patient one starts, by what hosts said in this round: as before while that holds and nothing else is
 * sooner by more than `slackMs`. True: hosts are to be told, since it is not.
 */
export function noteStart(gang: Gang, slackMs: Millis): boolean {
  const { start, startedMs, rooms, size } = gang
  const found = promisedStart([...rooms.values()], size)
  if (found && start && startedMs + found.inMs + slackMs >= start.atMs) {
    const before = { inMs: start.atMs + slackMs - startedMs, keep: start.keep }
    if (isHeld(rooms, before)) return false
  }
  gang.start = found && { atMs: startedMs + found.inMs, keep: found.keep }
  return found !== undefined
}

/** It is patient, and no older one is where it asked. */
export function keepsRoom({ patient, behind }: Gang): boolean {
  return patient && behind.size === 0
}

/**
 * For how long it rests: longer each time, until it may be patient. A patient one says again and again that it waits; where
 * it starts is not known in the first of its rounds, so it soon asks again.
 */
export function rest(gang: Gang, now: Millis, share: number, firstMs: Millis, config: GangConfig): Millis {
  const { patient, start, completeMs } = gang
  gang.state = 'resting'
  gang.quietMs = Math.min(quietMsMax, Math.max(firstMs, 2 * gang.quietMs, 20))
  gang.againMs = now + share * Math.min(againMsMax, gang.quietMs)
  const untilPatientMs = completeMs + config.patientAfterMs - now
  const mostMs = patient ? config.patientRoundMs : untilPatientMs > 0 ? untilPatientMs : Number.POSITIVE_INFINITY
  return patient && start ? mostMs : Math.min(mostMs, gang.quietMs * share)
}

/**
 * Whether it keeps what it gets while it waits. Of all that want the same hosts one at a time does, the one that is whole
 * longest, as in EASY backfilling: what that one keeps can be lent, since it is known when it starts; what two keep for each
 * other's rest is lost, and more so the more they are. Hosts tell it of older ones of other bearers (`behind`).
 */
export function decidePatience(gang: Gang, all: Iterable<Gang>, { patientAfterMs }: GangConfig, now: Millis): void {
  const hasWaited = (some: Gang) => now - some.completeMs >= patientAfterMs
  const isBefore = (other: Gang) =>
    other.patient ||
    (hasWaited(other) &&
      (other.completeMs < gang.completeMs || (other.completeMs === gang.completeMs && other.key < gang.key)))
  const before = gang.patient
  const others = [...all].filter((other) => other !== gang && other.state !== 'gathering')
  gang.patient = gang.behind.size === 0 && (before || (hasWaited(gang) && !others.some(isBefore)))
  if (gang.patient && !before) gang.quietMs = 0
}

/** How many of it fit on these hosts when they are empty. */
export function capacityFor(
  able: readonly { offer: Offer | undefined }[],
  { shape, size }: Pick<Gang, 'shape' | 'size'>,
): number {
  const most = Math.min(size, countTogether(shape))
  const fitting = ({ capacity, gpus }: Offer) => Math.max(0, copiesThatFit(capacity, shape.request, most, gpus))
  return able.reduce((sum, { offer }) => sum + (offer ? fitting(offer) : 0), 0)
}

/** The same where the quota of its tenant counts, as far as hosts have told it. */
export function quotaCapacityFor(able: readonly CandidateView[], gang: Gang): number {
  return able.reduce((sum, host) => {
    const { incarnation, most = gang.size } = gang.quotaMost.get(host.peer) ?? {}
    return sum + Math.min(capacityFor([host], gang), incarnation === host.incarnation ? most : gang.size)
  }, 0)
}

/** Those with most room first, so that few hosts have it all; `kept` is in random order, which breaks ties. */
export function decidePlaces(kept: readonly KeptRoom[], size: number): KeptRoom[] {
  const places: KeptRoom[] = []
  let left = size
  for (const room of [...kept].sort((a, b) => b.count - a.count)) {
    const count = Math.min(left, room.count)
    if (count > 0) places.push({ ...room, count })
    left -= count
  }
  return left === 0 ? places : []
}
