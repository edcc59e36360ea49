import type { Prng } from '@souk/kernel'
import type { Range } from '../distributions.ts'
import { drawHostFaults } from './draw-host-faults.ts'
import { drawMemberFaults } from './draw-member-faults.ts'
import { drawMeshFaults } from './draw-mesh-faults.ts'
import { drawNodeFaults } from './draw-node-faults.ts'
import type { FaultPlan } from './fault.ts'
import type { FaultRates } from './fault-rates.ts'
import { keepMajority } from './keep-majority.ts'

/** Draws the plan of one seed; the same seed and arguments give the same plan. */
export function drawFaults(rates: FaultRates, nodes: number, span: Range, prng: Prng): FaultPlan {
  const faults = [
    ...drawMeshFaults(rates, nodes, span, prng),
    ...drawNodeFaults(rates, nodes, span, prng),
    ...drawHostFaults(rates, nodes, span, prng.fork('hosts')),
    ...drawMemberFaults(rates, nodes, span, prng.fork('members')),
  ]
  faults.sort((a, b) => a.atMs - b.atMs)
  return { faults: keepMajority(faults, nodes), endMs: span[1] }
}
