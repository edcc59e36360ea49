import { copiesThatFit, type Millis } from '@souk/kernel'
import type { MessageOf, Offer, PeerId, Refusal, Shape, TaskId, TaskRecord } from '@souk/wire'
import { SaidNever } from './said-never.ts'
import { countTogether } from './ties.ts'
import type { CandidateView } from './views.ts'

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
  readonly saidNever: SaidNever
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
    saidNever: new SaidNever(),
    quietMs: 0,
    told: '',
  }
}

/** What one of those that were asked keeps, which is never more than its own advert holds; or why it keeps nothing. */
export function noteReserved(
  gang: Gang,
  member: CandidateView | undefined,
  peer: PeerId,
  { count: said, offeredMs, refusal }: MessageOf<'reserved'>,
): void {
  gang.asked.delete(peer)
  const count = Math.min(said, capacityFor([{ offer: member?.offer }], gang))
  if (count > 0) gang.kept.push({ peer, count, offeredMs })
  if (!refusal) return
  gang.refused.push({ peer, refusal })
  gang.saidNever.note(member, refusal)
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

/** Of those of one bearer one at a time keeps what it gets: the one that is whole longest. */
export function isOldest(gang: Gang, all: Iterable<Gang>): boolean {
  for (const other of all) {
    if (other === gang || other.state === 'gathering') continue
    if (other.patient || other.completeMs < gang.completeMs) return false
    if (other.completeMs === gang.completeMs && other.key < gang.key) return false
  }
  return true
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
