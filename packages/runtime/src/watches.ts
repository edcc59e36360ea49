import type { PeerInput } from '@souk/peer'
import { AuditWatch } from './audit-watch.ts'
import type { LagMeter } from './event-loop-lag.ts'
import type { ExecutorSet } from './executor-set.ts'
import { LagWatch } from './lag-watch.ts'
import type { Clock } from './ports.ts'

/** What a driver looks at by itself, time after time. */
export class Watches {
  readonly #all: { stop(): void }[]

  constructor(clock: Clock, executors: ExecutorSet, deliver: (input: PeerInput) => void, lag?: LagMeter) {
    this.#all = [
      new LagWatch(clock, (lagMs) => deliver({ type: 'lag', lagMs }), lag),
      new AuditWatch(clock, () => executors.underWay(), deliver),
    ]
  }

  stop(): void {
    for (const watch of this.#all) watch.stop()
  }
}
