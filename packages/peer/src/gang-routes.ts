import { type GangsEffect, type ReservationsEffect, type ReservationsInput, shapeOf } from '@souk/market'
import { gangKey, type PeerId, type TaskId, type TaskRecord } from '@souk/wire'
import { routeAuctioneer } from './market-routes.ts'
import type { Steps } from './steps.ts'

/** Routes the effects of gangs. */
export function routeGangs(effect: GangsEffect, steps: Steps): void {
  switch (effect.type) {
    case 'send':
      steps.outlet.send(effect.to, effect.message)
      break
    case 'alone':
      steps.stepAuctioneer({ type: 'waiting', record: effect.record })
      break
    case 'keep':
      for (const task of effect.tasks) {
        const record = steps.machines.bearer.find(task)?.record
        if (record) steps.stepReservations(useOf(steps.machines.self, record))
      }
      routeAuctioneer(effect, steps)
      break
    default:
      routeAuctioneer(effect, steps)
  }
}

/** Routes the effects of reservations, the room that this host keeps for gangs. */
export function routeReservations(effect: ReservationsEffect, steps: Steps): void {
  switch (effect.type) {
    case 'send':
      steps.outlet.send(effect.to, effect.message)
      break
    case 'hold':
      steps.stepHost({ type: 'reserve', task: effect.key, tenant: effect.tenant, request: effect.request })
      break
    case 'free':
      steps.machines.marketChanged = true
      steps.stepHost({ type: 'release', task: effect.key })
      break
    case 'assign':
      steps.stepHost({ type: 'assign', from: effect.key, task: effect.task })
      break
  }
}

/** Has a task that this peer bears placed: with the rest of its gang if it is a member that has not begun before, else alone. */
export function place(steps: Steps, record: TaskRecord, avoid: readonly PeerId[] = []): void {
  const borne = steps.machines.bearer.find(record.id)
  const begun = (borne?.attempts.length ?? 0) > 0
  if (record.spec.gang && !begun) steps.stepGangs({ type: 'waiting', record, durable: borne?.durable ?? false })
  else steps.stepAuctioneer({ type: 'waiting', record, avoid })
}

/** A member of a gang comes from that bearer: it gets a place that is kept for the gang. */
export function useOf(from: PeerId, { id, spec }: TaskRecord): ReservationsInput & { task: TaskId } {
  return { type: 'use', from, gang: gangKey(spec.tenant, spec.gang!), task: id, shape: shapeOf(spec) }
}
