import { BoundedMap, copiesThatFit, Deadlines, type Machine, type Millis, type ResourceRequest } from '@souk/kernel'
import type { MessageOf, PeerId, Refusal, Shape, TaskId } from '@souk/wire'
import type { GangConfig } from './gang-config.ts'
import type { Packing } from './packing.ts'
import { later } from './refusal.ts'
import { refusalHere } from './refusal-here.ts'
import { shapeKey } from './shape.ts'
import { countTogether } from './ties.ts'
import type { LocalView, MembersView } from './views.ts'

export type ReservationsMessage = MessageOf<'reserve' | 'unreserve'>

export type ReservationsInput =
  | { type: 'wake' }
  | { type: 'message'; from: PeerId; message: ReservationsMessage }
  /** a baton of that gang came from that peer: what is kept for one of its members is this task's, if it is of their shape */
  | { type: 'use'; from: PeerId; gang: string; task: TaskId; shape: Shape }
  /** room here may have changed */
  | { type: 'changed' }

export type ReservationsEffect =
  | { type: 'send'; to: PeerId; message: MessageOf<'reserved'> }
  /** takes room for one; `key` names it until it is freed or assigned */
  | { type: 'hold'; key: string; tenant: string; request: ResourceRequest }
  | { type: 'free'; key: string }
  | { type: 'assign'; key: string; task: TaskId }

/** gangs whose patience is remembered, and as many that were asked for */
const patienceMax = 1_024

interface Reservation {
  readonly id: string
  readonly from: PeerId
  readonly gang: string
  shape: Shape
  wanted: number
  keys: string[]
  patient: boolean
  sinceWallMs: number
  untilMs: Millis
}

/**
 * Room that this host keeps for gangs while their askers find out whether all members get some.
 *
 * Invariants: I6 it keeps only what is free, and takes it from the host's own ledger. I7 every reservation ends by itself,
 * after `reserveMs` or, of the one that is patient, `patientMs` after its asker last spoke; an asker has at most
 * `perAskerMax`. Of two patient ones the older by (sinceWallMs, gang) has the room, at every host: so the first of all gets
 * all that it needs, and no two wait for each other.
 */
export class Reservations implements Machine<ReservationsInput, ReservationsEffect> {
  readonly #config: GangConfig
  readonly #members: MembersView
  readonly #local: LocalView
  readonly #packing: Packing
  readonly #reservations = new Map<string, Reservation>()
  readonly #due = new Deadlines<string>()
  /** since when a gang has room kept patiently */
  readonly #patience = new BoundedMap<string, Millis>(patienceMax)
  /** gangs that were learned of: they ask in many rounds, and count once */
  readonly #learned = new BoundedMap<string, true>(patienceMax)
  #nextKey = 1

  constructor(config: GangConfig, modules: { members: MembersView; local: LocalView; packing: Packing }) {
    this.#config = config
    this.#members = modules.members
    this.#local = modules.local
    this.#packing = modules.packing
  }

  step(input: ReservationsInput, now: Millis, out: ReservationsEffect[]): void {
    switch (input.type) {
      case 'message':
        if (input.message.t === 'reserve') this.#onReserve(input.from, input.message, now, out)
        else this.#end(idOf(input.from, input.message.gang), out)
        break
      case 'use':
        this.#onUse(input, out)
        break
      case 'changed':
        this.#topUp(out)
        break
      case 'wake':
        for (let id = this.#due.popDue(now); id !== undefined; id = this.#due.popDue(now)) this.#end(id, out)
        break
    }
  }

  /** A gang that waits patiently could have more room here than is free. */
  get lacksRoom(): boolean {
    for (const reservation of this.#reservations.values())
      if (reservation.patient && this.#lacks(reservation)) return true
    return false
  }

  /** Whether this names room that is kept here. */
  keeps(key: string): boolean {
    for (const { keys } of this.#reservations.values()) if (keys.includes(key)) return true
    return false
  }

  nextWakeup(): Millis | undefined {
    return this.#due.next()
  }

  snapshot() {
    const reservations = [...this.#reservations.values()].map(({ from, gang, keys, patient, untilMs }) => ({
      from,
      gang,
      count: keys.length,
      patient,
      untilMs,
    }))
    return { reservations }
  }

  #onReserve(from: PeerId, message: MessageOf<'reserve'>, now: Millis, out: ReservationsEffect[]): void {
    const { gang, round, shape, count, sinceWallMs } = message
    const id = idOf(from, gang)
    const answer = { t: 'reserved', gang, round, offeredMs: Math.floor(now) } as const
    const refusal = this.#whyNot(from, id, shape)
    if (!refusal?.never && refusal?.code !== 'draining') this.#learn(id, message)
    if (refusal) {
      this.#end(id, out)
      out.push({ type: 'send', to: from, message: { ...answer, count: 0, refusal } })
      return
    }
    let known = this.#reservations.get(id)
    if (known && shapeKey(known.shape) !== shapeKey(shape)) {
      this.#end(id, out)
      known = undefined
    }
    const reservation: Reservation = known ?? {
      ...{ id, from, gang, shape, wanted: count, keys: [], patient: false, sinceWallMs, untilMs: 0 },
    }
    this.#reservations.set(id, reservation)
    reservation.wanted = count
    reservation.sinceWallMs = sinceWallMs
    reservation.patient = message.patient && this.#mayBePatient(id, now) && this.#overtakes(reservation, out)
    this.#fill(reservation, out)
    const held = reservation.keys.length
    reservation.untilMs = now + (reservation.patient ? this.#config.patientMs : this.#reserveMs(from))
    this.#due.set(id, reservation.untilMs)
    if (held === 0 && !reservation.patient) this.#end(id, out)
    out.push({
      type: 'send',
      to: from,
      message: { ...answer, count: held, ...(held === 0 ? { refusal: noRoom } : {}) },
    })
  }

  /** What is left of this host has to suit gangs as well. */
  #learn(id: string, { shape, count }: MessageOf<'reserve'>): void {
    if (!this.#learned.has(id)) this.#packing.learn(shape.request, count)
    this.#learned.push(id, true)
  }

  #whyNot(from: PeerId, id: string, shape: Shape): Refusal | undefined {
    const refusal = refusalHere(this.#local, shape)
    // Who holds as much as it may gets more room as its tasks end, like one that waits for anything else.
    if (refusal && (refusal.code !== 'quota' || refusal.never)) return refusal
    if (this.#reservations.has(id)) return undefined
    const { perAskerMax, reservationsMax } = this.#config
    const own = [...this.#reservations.values()].filter((other) => other.from === from).length
    if (own < perAskerMax && this.#reservations.size < reservationsMax) return undefined
    return later('rate-limited', 'room is kept for too many gangs already')
  }

  /** For so long it had room kept, and then others have their turn for as long. */
  #mayBePatient(id: string, now: Millis): boolean {
    const { patientMsMax } = this.#config
    const known = this.#patience.get(id)
    const sinceMs = known !== undefined && now - known <= 2 * patientMsMax ? known : now
    this.#patience.push(id, sinceMs)
    return now - sinceMs <= patientMsMax
  }

  /** Of two patient ones the older has the room; what the other one had is free, and goes to the older as it is asked for. */
  #overtakes(reservation: Reservation, out: ReservationsEffect[]): boolean {
    const other = [...this.#reservations.values()].find(({ patient, id }) => patient && id !== reservation.id)
    if (!other) return true
    if (!isOlder(reservation, other)) return false
    this.#end(other.id, out)
    return true
  }

  #fill(reservation: Reservation, out: ReservationsEffect[]): void {
    const { keys, shape } = reservation
    const { tenant = '', request } = shape
    const most = this.#allowed(reservation)
    const room = most > 0 ? this.#local.room(request, most) : 0
    for (let i = 0; i < room; i++) {
      const key = `gang/${this.#nextKey++}`
      keys.push(key)
      out.push({ type: 'hold', key, tenant, request })
    }
  }

  /** How many more of it its tenant and its ties allow here. */
  #allowed({ shape, keys, wanted }: Reservation): number {
    const { tenant = '', request } = shape
    const more = Math.max(0, Math.min(wanted, countTogether(shape)) - keys.length)
    return this.#local.quotas()?.allowed(tenant, request, more) ?? more
  }

  #lacks(reservation: Reservation): boolean {
    const { shape, keys } = reservation
    const { capacity, gpus } = this.#local.offer()
    const most = keys.length + this.#allowed(reservation)
    return copiesThatFit(capacity, shape.request, most, gpus) > keys.length
  }

  #topUp(out: ReservationsEffect[]): void {
    for (const reservation of this.#reservations.values()) if (reservation.patient) this.#fill(reservation, out)
  }

  /** One that asks for something else than was kept for it comes like any other task: else it had more than was taken (I6). */
  #onUse({ from, gang, task, shape }: Extract<ReservationsInput, { type: 'use' }>, out: ReservationsEffect[]): void {
    const reservation = this.#reservations.get(idOf(from, gang))
    if (!reservation || shapeKey(shape) !== shapeKey(reservation.shape)) return
    const key = reservation.keys.shift()
    if (key === undefined) return
    out.push({ type: 'assign', key, task })
    reservation.wanted--
    if (reservation.keys.length === 0) this.#end(reservation.id, out)
  }

  #end(id: string, out: ReservationsEffect[]): void {
    for (const key of this.#reservations.get(id)?.keys ?? []) out.push({ type: 'free', key })
    this.#reservations.delete(id)
    this.#due.delete(id)
  }

  #reserveMs(peer: PeerId): Millis {
    const { reserveRoundTrips, reserveMsMin, reserveMsMax } = this.#config
    const rtt = this.#members.rttP95(peer) ?? this.#members.rttP95() ?? 0
    return Math.min(reserveMsMax, Math.max(reserveMsMin, reserveRoundTrips * rtt))
  }
}

const noRoom = later('no-room', 'nothing is free now')

const idOf = (from: PeerId, gang: string) => `${from}|${gang}`

function isOlder(a: Reservation, b: Reservation): boolean {
  return a.sinceWallMs < b.sinceWallMs || (a.sinceWallMs === b.sinceWallMs && a.gang < b.gang)
}
