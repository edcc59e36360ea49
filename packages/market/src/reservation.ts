import { type Millis, type ResourceRequest, scalarResources } from '@souk/kernel'
import type { MessageOf, PeerId, Shape } from '@souk/wire'
import type { GangConfig } from './gang-config.ts'

/** Room that this host keeps for a gang. */
export interface Reservation {
  readonly id: string
  readonly from: PeerId
  readonly gang: string
  shape: Shape
  wanted: number
  /** of a patient one: so many are enough while it waits */
  keep: number
  /** of the room that is taken for it */
  keys: string[]
  /** each of it is over after so long, by its timeout; 0: nobody knows */
  limitMs: Millis
  patient: boolean
  sinceWallMs: number
  untilMs: Millis
  /** of a patient one: it cannot start before, so until then its room is lent; undefined: nobody knows */
  startsMs: Millis | undefined
  /** its asker was told what it has, and may be about to hand it out: until then nothing of it is lent */
  firmUntilMs: Millis
  /** an older one is patient: it keeps what it was told to have until then, and no more */
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

/** What its asker says of it now; whether it is patient here is decided here. */
export function noteAsked(reservation: Reservation, message: MessageOf<'reserve'>, now: Millis): void {
  const { count, keep = count, limitMs = 0, sinceWallMs, startsInMs } = message
  Object.assign(reservation, { wanted: count, keep, limitMs, sinceWallMs })
  reservation.startsMs = startsInMs === undefined ? undefined : now + startsInMs
}

type Age = Pick<Reservation, 'sinceWallMs' | 'gang'>

export function isOlder(a: Age, b: Age): boolean {
  return a.sinceWallMs < b.sinceWallMs || (a.sinceWallMs === b.sinceWallMs && a.gang < b.gang)
}

/** An older one of these is patient, and so is to have what becomes free. */
export function isBehind(some: Age & { id: string }, all: Iterable<Reservation>): boolean {
  for (const other of all) if (other.patient && other.id !== some.id && isOlder(other, some)) return true
  return false
}

/** For how long room is kept for an asker that is so far away; undefined: never measured. */
export function reserveMs(config: GangConfig, rttMs: Millis | undefined): Millis {
  const { reserveRoundTrips, reserveMsMin, reserveMsMax } = config
  return Math.min(reserveMsMax, Math.max(reserveMsMin, reserveRoundTrips * (rttMs ?? 0)))
}

/** It has room that is as good for this request, and cannot start before what runs for so long is over. */
export function lends(
  { patient, keys, shape, startsMs, firmUntilMs }: Reservation,
  request: ResourceRequest,
  limitMs: Millis,
  now: Millis,
): boolean {
  const isInTime = patient && limitMs > 0 && startsMs !== undefined && now + limitMs <= startsMs
  return isInTime && firmUntilMs <= now && keys.length > 0 && isWithin(request, shape.request)
}

/** How many of this shape could have room that these have only lent, `except` one of them. */
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

/** Nothing of it is more; devices are not compared, so nothing that wants any is within anything. */
function isWithin(a: ResourceRequest, b: ResourceRequest): boolean {
  if (a.gpu.count > 0 || Object.keys(a.custom).length > 0) return false
  return scalarResources.every((name) => a[name] <= b[name])
}
