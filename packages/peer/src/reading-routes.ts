import type { Millis } from '@souk/kernel'
import type { PeerInput } from './inputs.ts'
import type { Steps } from './steps.ts'
import { tellWall } from './wall-routes.ts'

type Reading = Extract<PeerInput, { type: 'lag' | 'wall' | 'readings' | 'rate' }>

/** Takes what the driver has measured: readings of its host, its event-loop lag, its wall clock and transfer rates. */
export function takeReading(input: Reading, steps: Steps, now: Millis): void {
  switch (input.type) {
    case 'lag':
      steps.stepRoster(input)
      steps.stepRebalancer({ type: 'readings', readings: { lagMs: input.lagMs } })
      break
    case 'wall':
      tellWall(input.wallMs, steps, now)
      break
    case 'readings':
      steps.stepRebalancer(input)
      break
    case 'rate':
      steps.machines.rates.note(input.peer, input.bytesPerMs)
      break
  }
}
