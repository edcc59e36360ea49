import type { Millis } from '@souk/kernel'
import type { PeerInput } from '@souk/peer'
import type { Clock, MeasuredRun } from './ports.ts'

/** How often the machine is told what really runs. Rarer finds a breach later; more often only costs. */
const auditMs: Millis = 10_000

/** Tells the machine every ten seconds what the executors have, so that it can compare that with what it believes. */
export class AuditWatch {
  readonly #clock: Clock
  #cancel: () => void

  constructor(clock: Clock, underWay: () => readonly MeasuredRun[], deliver: (input: PeerInput) => void) {
    this.#clock = clock
    const look = (): void => {
      this.#cancel = this.#clock.after(auditMs, look)
      deliver({ type: 'measured', runs: underWay() })
    }
    this.#cancel = this.#clock.after(auditMs, look)
  }

  stop(): void {
    this.#cancel()
  }
}
