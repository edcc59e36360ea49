import {
  type GangsEffect,
  type GangsInput,
  type ReservationsEffect,
  type ReservationsInput,
  shapeOf,
} from '@souk/market'
import { gangKey, type PeerId, type TaskId, type TaskRecord } from '@souk/wire'
import type { Machines } from './machines.ts'
import type { MarketRoutes } from './market-routes.ts'
import type { Outlet } from './outlet.ts'
import type { Steps } from './steps.ts'

/** Where the effects of gangs go, and of the room that this host keeps for them. */
export class GangRoutes {
  readonly #machines: Machines
  readonly #outlet: Outlet
  readonly #steps: Steps
  readonly #market: MarketRoutes

  constructor(machines: Machines, outlet: Outlet, steps: Steps, market: MarketRoutes) {
    this.#machines = machines
    this.#outlet = outlet
    this.#steps = steps
    this.#market = market
  }

  stepGangs(input: GangsInput): void {
    const effects: GangsEffect[] = []
    this.#machines.gangs.step(input, this.#outlet.now, effects)
    for (const effect of effects) this.#onGangs(effect)
  }

  stepReservations(input: ReservationsInput): void {
    const effects: ReservationsEffect[] = []
    this.#machines.reservations.step(input, this.#outlet.now, effects)
    for (const effect of effects) this.#onReservations(effect)
  }

  #onGangs(effect: GangsEffect): void {
    switch (effect.type) {
      case 'send':
        this.#outlet.send(effect.to, effect.message)
        break
      case 'alone':
        this.#steps.stepAuctioneer({ type: 'waiting', record: effect.record })
        break
      case 'keep':
        for (const task of effect.tasks) {
          const record = this.#machines.bearer.find(task)?.record
          if (record) this.#steps.stepReservations(useOf(this.#machines.self, record))
        }
        this.#market.onAuctioneer(effect)
        break
      default:
        this.#market.onAuctioneer(effect)
    }
  }

  #onReservations(effect: ReservationsEffect): void {
    switch (effect.type) {
      case 'send':
        this.#outlet.send(effect.to, effect.message)
        break
      case 'hold':
        this.#steps.stepHost({ type: 'reserve', task: effect.key, tenant: effect.tenant, request: effect.request })
        break
      case 'free':
        this.#machines.marketChanged = true
        this.#steps.stepHost({ type: 'release', task: effect.key })
        break
      case 'assign':
        this.#steps.stepHost({ type: 'assign', from: effect.key, task: effect.task })
        break
    }
  }
}

/** A baton of ours that may be placed: with the rest of its gang, unless one of them may have begun before; else by itself. */
export function place(steps: Steps, { bearer }: Machines, record: TaskRecord, avoid: readonly PeerId[] = []): void {
  const borne = bearer.find(record.id)
  const begun = (borne?.attempts.length ?? 0) > 0
  if (record.spec.gang && !begun) steps.stepGangs({ type: 'waiting', record, durable: borne?.durable ?? false })
  else steps.stepAuctioneer({ type: 'waiting', record, avoid })
}

/** A member of a gang comes from that peer: what is kept for it is its. */
export function useOf(from: PeerId, { id, spec }: TaskRecord): ReservationsInput & { task: TaskId } {
  return { type: 'use', from, gang: gangKey(spec.tenant, spec.gang!), task: id, shape: shapeOf(spec) }
}
