import { BoundedMap, Deadlines, earliest, type Machine, type Millis, type ResourceRequest } from '@souk/kernel'
import type { MessageOf, PeerId, Refusal, Shape, TaskId } from '@souk/wire'
import { type Asker, Askers, freedFor } from './askers.ts'
import type { GangConfig } from './gang-config.ts'
import type { Packing } from './packing.ts'
import { Patience } from './patience.ts'
import { later, unsure } from './refusal.ts'
import { refusalHere } from './refusal-here.ts'
import {
  isBehind,
  isOlder,
  lendableOf,
  lends,
  newReservation,
  noteAsked,
  type Reservation,
  reserveMs,
} from './reservation.ts'
import { allowedMore, lacksRoom, laterRoomOf, quotaMostOf, quotaShort } from './reservation-room.ts'
import { shapeKey } from './shape.ts'
import type { LocalView, MembersView } from './views.ts'

export type ReservationsMessage = MessageOf<'reserve' | 'unreserve'>

export type ReservationsInput =
  | { type: 'wake' }
  | { type: 'message'; from: PeerId; message: ReservationsMessage }
  /** a baton of that gang came from that peer: what is kept for one of its members is this task's, if it is of their shape */
  | { type: 'use'; from: PeerId; gang: string; task: TaskId; shape: Shape }
  /** a task that is over after so long has come: where a gang that cannot start before has its room, it may have that */
  | { type: 'borrow'; shape: Shape; limitMs: Millis }
  /** room here may have changed */
  | { type: 'changed' }

export type ReservationsEffect =
  | { type: 'send'; to: PeerId; message: MessageOf<'reserved' | 'freed'> }
  /** takes room for one; `key` names it until it is freed or assigned */
  | { type: 'hold'; key: string; tenant: string; request: ResourceRequest }
  | { type: 'free'; key: string }
  | { type: 'assign'; key: string; task: TaskId }

/** gangs that are remembered to have asked */
const learnedMax = 1_024

/**
 * Room that this host keeps for gangs while their askers find out whether all members get some.
 *
 * Invariants: I6 it keeps only what is free, and takes it from the host's own ledger. I7 every reservation ends by itself,
 * after `reserveMs` or, of the one that is patient, `patientMs` after its asker last spoke; an asker has at most
 * `perAskerMax`. Of two patient ones the older by (sinceWallMs, gang) has the room, at every host: so the first of all gets
 * all that it needs, and no two wait for each other. Its room is lent to what is over before it can start (backfilling).
 */
export class Reservations implements Machine<ReservationsInput, ReservationsEffect> {
  readonly #config: GangConfig
  readonly #members: MembersView
  readonly #local: LocalView
  readonly #packing: Packing
  readonly #reservations = new Map<string, Reservation>()
  readonly #due = new Deadlines<string>()
  readonly #askers = new Askers()
  readonly #patience: Patience
  /** gangs that were learned of: they ask in many rounds, and count once */
  readonly #learned = new BoundedMap<string, true>(learnedMax)
  #nextKey = 1

  constructor(config: GangConfig, modules: { members: MembersView; local: LocalView; packing: Packing }) {
    this.#config = config
    this.#patience = new Patience(config.patientMsMax)
    this.#members = modules.members
    this.#local = modules.local
    this.#packing = modules.packing
  }

  step(input: ReservationsInput, now: Millis, out: ReservationsEffect[]): void {
    switch (input.type) {
      case 'message':
        if (input.message.t === 'reserve') this.#onReserve(input.from, input.message, now, out)
        else this.#onUnreserve(idOf(input.from, input.message.gang), out)
        break
      case 'use':
        this.#onUse(input, out)
        break
      case 'borrow':
        if (this.#local.room(input.shape.request, 1) === 0) this.#lend(input.shape, input.limitMs, 1, now, out)
        break
      case 'changed':
        this.#topUp(out)
        this.#askers.changed(now)
        break
      case 'wake':
        for (let id = this.#due.popDue(now); id !== undefined; id = this.#due.popDue(now)) this.#onDue(id, now, out)
        for (const { to, message } of this.#askers.due((asker) => this.#roomFor(asker, now), now))
          out.push({ type: 'send', to, message })
        break
    }
  }

  /** A gang that waits patiently could have more room here than is free. */
  get lacksRoom(): boolean {
    for (const reservation of this.#reservations.values())
      if (reservation.patient && lacksRoom(this.#local, reservation)) return true
    return false
  }

  /** Whether this names room that is kept here. */
  keeps(key: string): boolean {
    for (const { keys } of this.#reservations.values()) if (keys.includes(key)) return true
    return false
  }

  /** How many of this shape could have room that a gang has only lent: those that are over in time, where nothing is free. */
  lendable(shape: Shape, limitMs: Millis, most: number, now: Millis): number {
    return Math.min(most, lendableOf(this.#reservations.values(), shape, limitMs, now))
  }

  nextWakeup(): Millis | undefined {
    return earliest(this.#due.next(), this.#askers.nextWakeup())
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
    const { gang, round, shape, count } = message
    const id = idOf(from, gang)
    const head = { t: 'reserved', gang, round, offeredMs: Math.floor(now) } as const
    const answer = { ...head, ...quotaMostOf(this.#local, shape, count) }
    const refusal = this.#local.unsure() && !message.fewKeep ? unsure : this.#whyNot(from, id, shape)
    if (!refusal?.never && refusal?.code !== 'draining') this.#learn(id, message)
    if (refusal) {
      this.#end(id, out)
      out.push({ type: 'send', to: from, message: { ...answer, count: 0, refusal } })
      return
    }
    let known = this.#reservations.get(id)
    if (known && (known.givesWay || shapeKey(known.shape) !== shapeKey(shape))) {
      this.#end(id, out)
      known = undefined
    }
    const reservation = known ?? newReservation({ id, from, gang, shape })
    this.#reservations.set(id, reservation)
    noteAsked(reservation, message, now)
    reservation.patient = message.patient && this.#patience.allows(id, now) && this.#overtakes(reservation, now, out)
    const older = isBehind(reservation, this.#reservations.values())
    const most = reservation.keys.length + allowedMore(this.#local, reservation)
    this.#fill(reservation, count, out)
    const lacking = reservation.patient ? 0 : Math.min(count, most) - reservation.keys.length
    for (let lent = this.#lend(shape, reservation.limitMs, lacking, now, out); lent > 0; lent--)
      this.#hold(reservation, out)
    const held = reservation.keys.length
    const short = held < most ? undefined : quotaShort(reservation, count)
    if (held < count && !(reservation.patient && reservation.keep === count))
      this.#askers.note(reservation, { told: held, older }, now)
    else this.#askers.forget(id)
    reservation.firmUntilMs = now + reserveMs(this.#config, this.#members.rttP95(from) ?? this.#members.rttP95())
    reservation.untilMs = reservation.patient ? now + this.#config.patientMs : reservation.firmUntilMs
    this.#due.set(id, reservation.firmUntilMs)
    if (held === 0 && !reservation.patient) this.#end(id, out)
    out.push({
      type: 'send',
      to: from,
      message: {
        ...answer,
        count: held,
        ...(short || held === 0 ? { refusal: short ?? noRoom } : {}),
        ...(older ? { older } : {}),
        ...laterRoomOf(this.#local, reservation, now),
      },
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

  /** Of two patient ones the older has the room; what the other one had comes free, and goes to the older as it does. */
  #overtakes(reservation: Reservation, now: Millis, out: ReservationsEffect[]): boolean {
    const other = [...this.#reservations.values()].find(({ patient, id }) => patient && id !== reservation.id)
    if (!other) return true
    if (!isOlder(reservation, other)) return false
    this.#giveWay(other, now, out)
    return true
  }

  /** What an asker would find here now: what is free, and what it could borrow. */
  #roomFor({ id, shape, wanted, limitMs, ...age }: Asker, now: Millis): { count: number; older: boolean } {
    const kept = this.#reservations.get(id)?.keys.length ?? 0
    const all = [...this.#reservations.values()]
    const free = this.#local.room(shape.request, Math.max(0, wanted - kept))
    const lent = lendableOf(all, shape, limitMs, now, id)
    return { count: Math.min(wanted, kept + free + lent), older: isBehind({ id, ...age }, all) }
  }

  /** Its asker has had the time to hand out what it was told of. */
  #onDue(id: string, now: Millis, out: ReservationsEffect[]): void {
    const { untilMs, keys, keep } = this.#reservations.get(id)!
    if (untilMs > now) {
      while (keys.length > keep) out.push({ type: 'free', key: keys.pop()! })
      this.#due.set(id, untilMs)
      this.#askers.changed(now)
    } else this.#end(id, out)
  }

  /** Its asker may be awarding what it was told to have: that stays for as long as any gang's does. */
  #giveWay(reservation: Reservation, now: Millis, out: ReservationsEffect[]): void {
    const { id, firmUntilMs } = reservation
    reservation.patient = false
    reservation.givesWay = true
    const { from: to, gang, keys } = reservation
    this.#askers.note(reservation, { told: keys.length, older: true }, now)
    out.push({ type: 'send', to, message: freedFor(gang, keys.length, true) })
    reservation.untilMs = firmUntilMs
    if (reservation.untilMs <= now) this.#end(id, out)
    else this.#due.set(id, reservation.untilMs)
  }

  #fill(reservation: Reservation, upTo: number, out: ReservationsEffect[]): void {
    const { request } = reservation.shape
    const most = Math.min(upTo - reservation.keys.length, allowedMore(this.#local, reservation))
    const room = most > 0 ? this.#local.room(request, most) : 0
    for (let i = 0; i < room; i++) this.#hold(reservation, out)
  }

  #hold({ keys, shape }: Reservation, out: ReservationsEffect[]): void {
    const { tenant = '', request } = shape
    const key = `gang/${this.#nextKey++}`
    keys.push(key)
    out.push({ type: 'hold', key, tenant, request })
  }

  /** Frees as much of what patient gangs have here as so many need that are over before those start; how many then have room. */
  #lend({ request }: Shape, limitMs: Millis, count: number, now: Millis, out: ReservationsEffect[]): number {
    let lent = 0
    for (const reservation of this.#reservations.values()) {
      while (lent < count && lends(reservation, request, limitMs, now)) {
        out.push({ type: 'free', key: reservation.keys.pop()! })
        lent++
      }
    }
    return lent
  }

  #topUp(out: ReservationsEffect[]): void {
    for (const reservation of this.#reservations.values()) {
      if (!reservation.patient) continue
      const before = reservation.keys.length
      this.#fill(reservation, reservation.keep, out)
      const { from: to, gang, keys } = reservation
      if (keys.length > before) out.push({ type: 'send', to, message: { t: 'freed', gang, count: keys.length } })
    }
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

  /** One that had room here is answered; one that never has heard of is nobody's that still waits. */
  #onUnreserve(id: string, out: ReservationsEffect[]): void {
    if (this.#reservations.has(id)) this.#end(id, out)
    else this.#askers.leave(id)
  }

  #end(id: string, out: ReservationsEffect[]): void {
    for (const key of this.#reservations.get(id)?.keys ?? []) out.push({ type: 'free', key })
    this.#reservations.delete(id)
    this.#due.delete(id)
  }
}

const noRoom = later('no-room', 'nothing is free now')

const idOf = (from: PeerId, gang: string) => `${from}|${gang}`
