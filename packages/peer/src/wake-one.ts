import type { Millis } from '@souk/kernel'
import type { Steps } from './steps.ts'

type Waker = readonly [(steps: Steps) => { nextWakeup(): Millis | undefined }, (steps: Steps) => void]

/**
 * All machines with timers, by the names that people see. Of several due at one instant they are woken in this order: liveness
 * of members first, clients' questions last.
 */
const wakers: Readonly<Record<string, Waker>> = {
  roster: [({ machines }) => machines.roster, (steps) => steps.stepRoster({ type: 'wake' })],
  custodian: [({ machines }) => machines.custodian, (steps) => steps.stepCustodian({ type: 'wake' })],
  submitter: [({ machines }) => machines.submitter, (steps) => steps.stepSubmitter({ type: 'wake' })],
  bearer: [({ machines }) => machines.bearer, (steps) => steps.stepBearer({ type: 'wake' })],
  auctioneer: [({ machines }) => machines.auctioneer, (steps) => steps.stepAuctioneer({ type: 'wake' })],
  bidder: [({ machines }) => machines.bidder, (steps) => steps.stepBidder({ type: 'wake' })],
  gangs: [({ machines }) => machines.gangs, (steps) => steps.stepGangs({ type: 'wake' })],
  reservations: [({ machines }) => machines.reservations, (steps) => steps.stepReservations({ type: 'wake' })],
  planner: [({ machines }) => machines.planner, (steps) => steps.stepPlanner({ type: 'wake' })],
  host: [({ machines }) => machines.host, (steps) => steps.stepHost({ type: 'wake' })],
  dependencies: [({ machines }) => machines.dependencies, (steps) => steps.stepDependencies({ type: 'wake' })],
  drain: [({ machines }) => machines.drain, (steps) => steps.stepDrain({ type: 'wake' })],
  stragglers: [({ machines }) => machines.stragglers, (steps) => steps.stepStragglers({ type: 'wake' })],
  speculator: [({ machines }) => machines.speculator, (steps) => steps.stepSpeculator({ type: 'wake' })],
  backups: [({ machines }) => machines.backups, (steps) => steps.stepBackups({ type: 'wake' })],
  demand: [({ machines }) => machines.demand, (steps) => steps.stepDemand({ type: 'wake' })],
  rebalancer: [({ machines }) => machines.rebalancer, (steps) => steps.stepRebalancer({ type: 'wake' })],
  mover: [({ machines }) => machines.mover, (steps) => steps.stepMover({ type: 'wake' })],
  capacity: [({ machines }) => machines.capacity, (steps) => steps.stepCapacity({ type: 'wake' })],
  desk: [({ machines }) => machines.desk, (steps) => steps.stepDesk({ type: 'wake' })],
  traces: [({ machines }) => machines.traces, (steps) => steps.stepTraces({ type: 'wake' })],
  outlet: [({ outlet }) => outlet, ({ outlet }) => outlet.wake()],
}
const inOrder = Object.values(wakers)

/** Wakes one machine that is due; false when none is. */
export function wakeOne(steps: Steps): boolean {
  for (const [machine, wake] of inOrder) {
    if ((machine(steps).nextWakeup() ?? Number.POSITIVE_INFINITY) > steps.outlet.now) continue
    wake(steps)
    return true
  }
  return false
}

/** When each machine with a timer is due, by its name; built on demand. */
export function dueTimes(steps: Steps): [machine: string, dueMs: Millis][] {
  return Object.entries(wakers).flatMap(([name, [machine]]): [string, Millis][] => {
    const dueMs = machine(steps).nextWakeup()
    return dueMs === undefined ? [] : [[name, dueMs]]
  })
}
