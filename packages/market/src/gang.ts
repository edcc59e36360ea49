import { copiesThatFit, type Millis } from '@souk/kernel'
import type { Incarnation, MessageOf, Offer, PeerId, Refusal, Shape, TaskId, TaskRecord } from '@souk/wire'
import type { GangConfig } from './gang-config.ts'
import { type HostRoom, isHeld, promisedStart, withFreed } from './promised-start.ts'
import { SaidNever } from './said-never.ts'
import { countTogether } from './ties.ts'
import type { CandidateView } from './views.ts'

/** Longest pause between rounds. Hosts that get room say so (`freed`): a round is for what was lost, and for hosts not asked. */
const quietMsMax = 4_000
/** Longest pause before a round that `freed` calls for: two gangs that block each other come apart within a few of these. */
const againMsMax = 250

/** Places that a host keeps for a gang. */
export interface KeptRoom {
  peer: PeerId
  /** the life of the host that keeps it: `offeredMs` is by the clock of that life, and no later one knows of it */
  incarnation: Incarnation
  count: number
  /** when it said so, by its own clock; goes back with the award */
  offeredMs: number
}

/**
 * gathering: not all members are borne here and durable yet · resting: complete, pausing until the next round · asking: a round
 * is under way in which hosts keep room for it or say that they have none.
 */
export type GangState = 'gathering' | 'resting' | 'asking'

/** Like tasks that this peer bears and that must start together. */
export interface Gang {
  readonly key: string
  readonly size: number
  readonly shape: Shape
  readonly shapeKey: string
  readonly members: Map<number, { record: TaskRecord; durable: boolean }>
  state: GangState
  /** since when all members are here and durable */
  completeMs: Millis
  /** it keeps the room that it gets between rounds (`decidePatience`) */
  patient: boolean
  round: number
  startedMs: Millis
  /** those of `reached` that have not answered in this round */
  asked: Set<PeerId>
  /** hosts asked in this round */
  reached: PeerId[]
  kept: KeptRoom[]
  refused: { peer: PeerId; refusal: Refusal }[]
  /** newest word of each host on its room for the gang, from `reserved` of this round or a later `freed` */
  readonly rooms: Map<PeerId, HostRoom>
  /** hosts that said, in this round or since, that an older gang is patient there */
  readonly behind: Set<PeerId>
  /** no round before this, whatever hosts say of room */
  againMs: Millis
  /** of a patient gang: when it starts at the latest and the places each host keeps for that; undefined: not known */
  start: { atMs: Millis; keep: ReadonlyMap<PeerId, number> } | undefined
  readonly saidNever: SaidNever
  /** most members that a host's quota ever allows at once, where that is fewer than the gang has; for that life of the host */
  readonly quotaMost: Map<PeerId, { incarnation: Incarnation; most: number }>
  quietMs: Millis
  /** why it waits, as its readers were last told */
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

/** Notes a host's answer: the places that it keeps (believed up to what its advert holds), or why it keeps none. */
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
  if (count > 0) gang.kept.push({ peer, incarnation: member?.incarnation ?? 0, count, offeredMs })
  gang.rooms.set(peer, { peer, count, laterMs })
  if (!refusal) return
  gang.refused.push({ peer, refusal })
  gang.saidNever.note(member, refusal)
}

export function gangSnapshot(gang: Gang) {
  const { key, state, size, patient, members } = gang
  return { gang: key, state, size, here: members.size, kept: keptCount(gang), patient }
}

/** All members are borne here and durable. */
export function isComplete({ members, size }: Gang): boolean {
  return members.size === size && [...members.values()].every(({ durable }) => durable)
}

/** Members by rank. */
export function tasksOf({ members }: Gang): TaskId[] {
  return [...members].sort(([a], [b]) => a - b).map(([, { record }]) => record.id)
}

/** How many members could start now, in the room that hosts keep. */
export function keptCount({ kept, size }: Gang): number {
  return Math.min(
    size,
    kept.reduce((sum, { count }) => sum + count, 0),
  )
}

/** Every member has fewer than three custodians, so a host that has just started (`unsure`) may take it. */
export function fewKeep({ members }: Gang): boolean {
  return [...members.values()].every(({ record }) => record.custodians.length < 3)
}

/** Longest timeout of the members; 0: one has none. */
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
 * Notes that a host has `count` places now. True: the gang is to ask again, since all hosts together now say to have enough,
 * or a patient gang could start sooner by more than `slackMs`, or no older gang is patient any more where one was.
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
 * Works out when and where a patient gang starts, by what hosts said in this round. The earlier promise stands while the hosts
 * can keep it and no start is sooner by more than `slackMs`. True: the promise is new, so another round has to tell hosts.
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

/** It is patient, and no host that it asked has an older patient gang. */
export function keepsRoom({ patient, behind }: Gang): boolean {
  return patient && behind.size === 0
}

/**
 * Sends the gang to rest; returns for how long: doubling, but not past the moment at which it may become patient. A patient
 * gang asks every patientRoundMs, so that hosts go on keeping its room, and sooner while its start is not known.
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
 * Decides whether the gang keeps what it gets between rounds. Of all gangs that want the same hosts only the one that has
 * been complete longest does, as in EASY backfilling: its room can be lent, since it is known when it starts, whereas two
 * gangs that each keep what the other lacks waste both. Of older gangs of other bearers hosts tell (`behind`).
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

/** How many members fit on these hosts when they are empty. */
export function capacityFor(
  able: readonly { offer: Offer | undefined }[],
  { shape, size }: Pick<Gang, 'shape' | 'size'>,
): number {
  const most = Math.min(size, countTogether(shape))
  const fitting = ({ capacity, gpus }: Offer) => Math.max(0, copiesThatFit(capacity, shape.request, most, gpus))
  return able.reduce((sum, { offer }) => sum + (offer ? fitting(offer) : 0), 0)
}

/** The same, within the tenant's quotas as far as hosts have told them. */
export function quotaCapacityFor(able: readonly CandidateView[], gang: Gang): number {
  return able.reduce((sum, host) => {
    const { incarnation, most = gang.size } = gang.quotaMost.get(host.peer) ?? {}
    return sum + Math.min(capacityFor([host], gang), incarnation === host.incarnation ? most : gang.size)
  }, 0)
}

/** Places for all members, hosts with most room first so that few hosts do; none if they are too few. `kept`: in random order. */
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
