import type { Millis } from '@souk/kernel'
import type { Steps } from './steps.ts'

type Waker = readonly [(steps: Steps) => { nextWakeup(): Millis | undefined }, (steps: Steps) => void]

/** Who is woken before whom, where several are due at one instant: whoever is alive first, clients' questions last. */
const wakers: readonly Waker[] = [
  [({ machines }) => machines.roster, (steps) => steps.stepRoster({ type: 'wake' })],
  [({ machines }) => machines.custodian, (steps) => steps.stepCustodian({ type: 'wake' })],
  [({ machines }) => machines.submitter, (steps) => steps.stepSubmitter({ type: 'wake' })],
  [({ machines }) => machines.bearer, (steps) => steps.stepBearer({ type: 'wake' })],
  [({ machines }) => machines.auctioneer, (steps) => steps.stepAuctioneer({ type: 'wake' })],
  [({ machines }) => machines.bidder, (steps) => steps.stepBidder({ type: 'wake' })],
  [({ machines }) => machines.gangs, (steps) => steps.stepGangs({ type: 'wake' })],
  [({ machines }) => machines.reservations, (steps) => steps.stepReservations({ type: 'wake' })],
  [({ machines }) => machines.planner, (steps) => steps.stepPlanner({ type: 'wake' })],
  [({ machines }) => machines.host, (steps) => steps.stepHost({ type: 'wake' })],
  [({ machines }) => machines.dependencies, (steps) => steps.stepDependencies({ type: 'wake' })],
  [({ machines }) => machines.drain, (steps) => steps.stepDrain({ type: 'wake' })],
  [({ machines }) => machines.stragglers, (steps) => steps.stepStragglers({ type: 'wake' })],
  [({ machines }) => machines.speculator, (steps) => steps.stepSpeculator({ type: 'wake' })],
  [({ machines }) => machines.backups, (steps) => steps.stepBackups({ type: 'wake' })],
  [({ machines }) => machines.demand, (steps) => steps.stepDemand({ type: 'wake' })],
  [({ machines }) => machines.rebalancer, (steps) => steps.stepRebalancer({ type: 'wake' })],
  [({ machines }) => machines.mover, (steps) => steps.stepMover({ type: 'wake' })],
  [({ machines }) => machines.capacity, (steps) => steps.stepCapacity({ type: 'wake' })],
  [({ machines }) => machines.desk, (steps) => steps.stepDesk({ type: 'wake' })],
  [({ machines }) => machines.traces, (steps) => steps.stepTraces({ type: 'wake' })],
  [({ outlet }) => outlet, ({ outlet }) => outlet.wake()],
]

/** Wakes one machine that is due; false when none is. */
export function wakeOne(steps: Steps): boolean {
  for (const [machine, wake] of wakers) {
    if ((machine(steps).nextWakeup() ?? Number.POSITIVE_INFINITY) > steps.outlet.now) continue
    wake(steps)
    return true
  }
  return false
}
