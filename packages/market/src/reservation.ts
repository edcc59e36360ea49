import { type Millis, type ResourceRequest, scalarResources } from '@souk/kernel'
import type { MessageOf, PeerId, Shape } from '@souk/wire'
import type { GangConfig } from './gang-config.ts'

/** Room that this host keeps for a gang of one bearer. */
export interface Reservation {
  readonly id: string
  readonly from: PeerId
  readonly gang: string
  shape: Shape
  wanted: number
  /** places that the gang needs here while it waits patiently; the rest of `wanted` is kept only until firmUntilMs */
  keep: number
  /** one for each place that is taken out of the ledger for it */
  keys: string[]
  /** each member is over by its timeout after this; 0: not all have one */
  limitMs: Millis
  patient: boolean
  sinceWallMs: number
  untilMs: Millis
  /** of a patient gang: it cannot start before, so its room is lent until then; undefined: not known */
  startsMs: Millis | undefined
  /** its bearer was told what it has here and may be handing it out: nothing of it is lent before this */
  firmUntilMs: Millis
  /** an older gang became patient here: this one keeps what its bearer was told until firmUntilMs, and gets no more */
  givesWay: boolean
}

export function newReservation(about: Pick<Reservation, 'id' | 'from' | 'gang' | 'shape'>): Reservation {
  return {
    ...about,
    wanted: 0,
    keep: 0,
    limitMs: 0,
    keys: [],
    patient: false,
    sinceWallMs: 0,
    untilMs: 0,
    startsMs: undefined,
    firmUntilMs: 0,
    givesWay: false,
  }
}

/** Takes over what the bearer asks for now, but for `patient`: that this host decides (`Reservations`). */
export function noteAsked(reservation: Reservation, message: MessageOf<'reserve'>, now: Millis): void {
  const { count, keep = count, limitMs = 0, sinceWallMs, startsInMs } = message
  Object.assign(reservation, { wanted: count, keep, limitMs, sinceWallMs })
  reservation.startsMs = startsInMs === undefined ? undefined : now + startsInMs
}

type Age = Pick<Reservation, 'sinceWallMs' | 'gang'>

export function isOlder(a: Age, b: Age): boolean {
  return a.sinceWallMs < b.sinceWallMs || (a.sinceWallMs === b.sinceWallMs && a.gang < b.gang)
}

/** An older gang than this is patient, so that one is to have what becomes free. */
export function isBehind(some: Age & { id: string }, all: Iterable<Reservation>): boolean {
  for (const other of all) if (other.patient && other.id !== some.id && isOlder(other, some)) return true
  return false
}

/** How long room is kept for a bearer with this round trip; undefined: never measured. */
export function reserveMs(config: GangConfig, rttMs: Millis | undefined): Millis {
  const { reserveRoundTrips, reserveMsMin, reserveMsMax } = config
  return Math.min(reserveMsMax, Math.max(reserveMsMin, reserveRoundTrips * (rttMs ?? 0)))
}

/** Whether this gang can lend a place to a task over within `limitMs`: large enough, and free again before the gang starts. */
export function lends(
  { patient, keys, shape, startsMs, firmUntilMs }: Reservation,
  request: ResourceRequest,
  limitMs: Millis,
  now: Millis,
): boolean {
  const isInTime = patient && limitMs > 0 && startsMs !== undefined && now + limitMs <= startsMs
  return isInTime && firmUntilMs <= now && keys.length > 0 && isWithin(request, shape.request)
}

/** Places that these gangs, `except` one, could lend to tasks of this shape. */
export function lendableOf(
  all: Iterable<Reservation>,
  { request }: Shape,
  limitMs: Millis,
  now: Millis,
  except?: string,
): number {
  let count = 0
  for (const reservation of all)
    if (reservation.id !== except && lends(reservation, request, limitMs, now)) count += reservation.keys.length
  return count
}

/** `a` asks for no more than `b` of anything. Devices are not compared: a request for GPUs or custom resources is within none. */
function isWithin(a: ResourceRequest, b: ResourceRequest): boolean {
  if (a.gpu.count > 0 || Object.keys(a.custom).length > 0) return false
  return scalarResources.every((name) => a[name] <= b[name])
}
