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
  /** a member of this gang came from that bearer: it gets a place kept for the gang, if its shape is the gang's */
  | { type: 'use'; from: PeerId; gang: string; task: TaskId; shape: Shape }
  /** a task came that ends within `limitMs`: if nothing is free it may use a place of a gang that starts later */
  | { type: 'borrow'; shape: Shape; limitMs: Millis }
  /** room here may have changed */
  | { type: 'changed' }

export type ReservationsEffect =
  | { type: 'send'; to: PeerId; message: MessageOf<'reserved' | 'freed'> }
  /** takes one place out of the ledger, named `key` until it is freed or assigned to a task */
  | { type: 'hold'; key: string; tenant: string; request: ResourceRequest }
  | { type: 'free'; key: string }
  | { type: 'assign'; key: string; task: TaskId }

/** gangs remembered in `#learned` */
const learnedMax = 1_024

/**
 * Room that this host keeps for gangs while their bearers find out whether all members get some.
 *
 * Invariants: I6 only what is free is kept, taken out of the host's ledger. I7 every reservation ends by itself, after
 * `reserveMs` or, if patient, `patientMs` after its bearer last spoke; a bearer has at most `perAskerMax`. At most one gang
 * is patient here, the oldest by (sinceWallMs, gang): every host prefers the same one, so it gets all that it needs and no
 * two gangs wait for each other. Its room is lent to tasks that end before it can start (backfilling).
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
  /** gangs that the packing mix has counted: they ask in many rounds, and count once */
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

  /** A patient gang is still to get more room here: nothing else may be fetched into it. */
  get lacksRoom(): boolean {
    for (const reservation of this.#reservations.values())
      if (reservation.patient && lacksRoom(this.#local, reservation)) return true
    return false
  }

  /** Whether this key names a place kept here. */
  keeps(key: string): boolean {
    for (const { keys } of this.#reservations.values()) if (keys.includes(key)) return true
    return false
  }

  /** How many tasks of this shape, each over within `limitMs`, could use places that gangs lend; at most `most`. */
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

  /** Counts the gang in the packing mix, since what is left of this host has to suit gangs as well. */
  #learn(id: string, { shape, count }: MessageOf<'reserve'>): void {
    if (!this.#learned.has(id)) this.#packing.learn(shape.request, count)
    this.#learned.push(id, true)
  }

  #whyNot(from: PeerId, id: string, shape: Shape): Refusal | undefined {
    const refusal = refusalHere(this.#local, shape)
    // A quota that is used up now is no refusal: the gang gets places as tasks of its tenant end.
    if (refusal && (refusal.code !== 'quota' || refusal.never)) return refusal
    if (this.#reservations.has(id)) return undefined
    const { perAskerMax, reservationsMax } = this.#config
    const own = [...this.#reservations.values()].filter((other) => other.from === from).length
    if (own < perAskerMax && this.#reservations.size < reservationsMax) return undefined
    return later('rate-limited', 'room is kept for too many gangs already')
  }

  /** Whether this gang may be patient here: no other is, or a younger one that now has to give way. */
  #overtakes(reservation: Reservation, now: Millis, out: ReservationsEffect[]): boolean {
    const other = [...this.#reservations.values()].find(({ patient, id }) => patient && id !== reservation.id)
    if (!other) return true
    if (!isOlder(reservation, other)) return false
    this.#giveWay(other, now, out)
    return true
  }

  /** What this gang would find here now: places kept for it, free ones, and those that a patient gang would lend it. */
  #roomFor({ id, shape, wanted, limitMs, ...age }: Asker, now: Millis): { count: number; older: boolean } {
    const kept = this.#reservations.get(id)?.keys.length ?? 0
    const all = [...this.#reservations.values()]
    const free = this.#local.room(shape.request, Math.max(0, wanted - kept))
    const lent = lendableOf(all, shape, limitMs, now, id)
    return { count: Math.min(wanted, kept + free + lent), older: isBehind({ id, ...age }, all) }
  }

  /** The bearer has had time to award what it was told of: a patient gang keeps what it needs, any other reservation ends. */
  #onDue(id: string, now: Millis, out: ReservationsEffect[]): void {
    const { untilMs, keys, keep } = this.#reservations.get(id)!
    if (untilMs > now) {
      while (keys.length > keep) out.push({ type: 'free', key: keys.pop()! })
      this.#due.set(id, untilMs)
      this.#askers.changed(now)
    } else this.#end(id, out)
  }

  /** The gang is patient no more, but its bearer may be awarding what it was told of: that is kept until firmUntilMs. */
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

  /** Frees places of patient gangs for `count` tasks that end before those gangs start; returns how many it freed. */
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

  /** A member of another shape than was kept for is admitted like any task: its place could be too small for it (I6). */
  #onUse({ from, gang, task, shape }: Extract<ReservationsInput, { type: 'use' }>, out: ReservationsEffect[]): void {
    const reservation = this.#reservations.get(idOf(from, gang))
    if (!reservation || shapeKey(shape) !== shapeKey(reservation.shape)) return
    const key = reservation.keys.shift()
    if (key === undefined) return
    out.push({ type: 'assign', key, task })
    reservation.wanted--
    if (reservation.keys.length === 0) this.#end(reservation.id, out)
  }

  /** The bearer wants no room now. A gang that had none here is forgotten (`Askers.leave`); one that had stays an asker. */
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
