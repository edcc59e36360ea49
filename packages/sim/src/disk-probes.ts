import type { PeerInput } from '@souk/peer'
import type { SimNode } from './node.ts'
import type { Stage } from './stage.ts'

/** As the real driver waits (store-probe.ts in runtime). */
const waitMsFirst = 1000
const waitMsMax = 30_000

interface Wait {
  life: number
  ms: number
}

/**
 * Once a write has failed, the driver tries less and less often whether writing works again, and says so: a peer that
 * refuses what is new while its disk is full has nothing to write that would tell.
 */
export class DiskProbes {
  readonly #stage: Stage
  /** of the nodes whose last write failed */
  readonly #waits = new Map<SimNode, Wait>()

  constructor(stage: Stage) {
    this.#stage = stage
  }

  /** What the disk said to the last flush. */
  onFlushed(node: SimNode, answer: PeerInput): void {
    if (answer.type === 'persisted') this.#waits.delete(node)
    else if (this.#waits.get(node)?.life !== node.life) this.#wait(node, { life: node.life, ms: waitMsFirst })
  }

  #wait(node: SimNode, wait: Wait): void {
    this.#waits.set(node, wait)
    this.#stage.later(wait.ms, () => {
      if (this.#waits.get(node) === wait && node.life === wait.life) this.#try(node, wait)
    })
  }

  #try(node: SimNode, { life, ms }: Wait): void {
    if (node.disk.full) {
      this.#wait(node, { life, ms: Math.min(2 * ms, waitMsMax) })
      return
    }
    this.#waits.delete(node)
    this.#stage.push(this.#stage.now, { kind: 'input', node, life, input: node.disk.works })
  }
}
