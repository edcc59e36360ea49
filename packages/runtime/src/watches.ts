import type { PeerInput } from '@souk/peer'
import { AuditWatch } from './audit-watch.ts'
import type { LagMeter } from './event-loop-lag.ts'
import type { ExecutorSet } from './executor-set.ts'
import { LagWatch } from './lag-watch.ts'
import type { Clock } from './ports.ts'
import { WallDrift } from './wall-drift.ts'

/** What a driver looks at by itself, time after time. */
export class Watches {
  readonly #all: { stop(): void }[]

  constructor(clock: Clock, executors: ExecutorSet, deliver: (input: PeerInput) => void, lag?: LagMeter) {
    const drift = new WallDrift(clock.now(), clock.wall())
    // Looked at along with the lag: a timer of its own would wake an idle peer.
    const onLag = (lagMs: number): void => {
      const wallMs = clock.wall()
      if (drift.look(clock.now(), wallMs)) deliver({ type: 'wall', wallMs })
      deliver({ type: 'lag', lagMs })
    }
    this.#all = [new LagWatch(clock, onLag, lag), new AuditWatch(clock, () => executors.underWay(), deliver)]
  }

  stop(): void {
    for (const watch of this.#all) watch.stop()
  }
}
