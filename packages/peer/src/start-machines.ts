import { resumeDrain } from './drain-routes.ts'
import type { PeerInput } from './inputs.ts'
import type { Steps } from './steps.ts'
import { capacityForecastKey, capacityKey } from './stored-prefixes.ts'

/** Starts a life of the peer: tells every machine the time, the incarnation and what earlier lives left on the disk. */
export function startMachines(steps: Steps, input: Extract<PeerInput, { type: 'start' }>): void {
  const { machines } = steps
  const { wallMs, incarnation, proof, stored, certificate } = input
  machines.drainMemory.load(stored)
  const offer = machines.asOffered({ ...input.offer, draining: machines.drainMemory.on })
  machines.incarnation = incarnation
  machines.offer = offer
  machines.linedFunctions = new Set(input.linedFunctions)
  steps.stepCustodian({ type: 'start', wallMs, incarnation, stored })
  steps.stepDemand({ type: 'start', wallMs, stored })
  const kept = (name: string): unknown => stored.find(({ key }) => key === name)?.value
  steps.stepCapacity({ type: 'start', wallMs, saved: kept(capacityKey), forecast: kept(capacityForecastKey) })
  const known = machines.memberLog.load(stored)
  const removed = machines.removalLog.load(stored)
  steps.stepRoster({ type: 'start', wallMs, incarnation, proof, offer, certificate, addresses: [], known, removed })
  steps.stepHost({ type: 'capacity', capacity: offer.capacity, gpus: offer.gpus })
  steps.stepSubmitter({ type: 'start', wallMs, incarnation })
  steps.stepBearer({ type: 'start', wallMs, incarnation })
  steps.stepAuctioneer({ type: 'start', wallMs })
  steps.stepDependencies({ type: 'start', wallMs })
  steps.stepGangs({ type: 'start', wallMs })
  resumeDrain(steps, wallMs)
}
