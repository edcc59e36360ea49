import type { RunOrder } from '@souk/peer'
import { isZoneWide, type TaskSpec } from '@souk/wire'
import type { Run } from '../executor.ts'
import type { Fault } from '../faults/fault.ts'
import type { SimNode } from '../node.ts'
import type { Violations } from '../violation.ts'
import type { Watch } from '../watch.ts'
import type { Excuses } from './excuses.ts'

/**
 * A host that its asker has taken for dead for so long no longer keeps anybody out of its zone. It may run on beyond that
 * only where its tasks' custodians still hear it: the mesh was cut in two for as long.
 */
const cutMsMax = 5_000

interface Tied {
  node: SimNode
  zone: string
  spec: TaskSpec
}

/** Ties by zone: no two that exclude each other run in one zone at a time, unless the mesh was cut, or a peer frozen. */
export class ZonesChecker implements Watch {
  readonly #violations: Violations
  readonly #excuses: Excuses
  readonly #runs = new Map<string, Tied>()
  #cutFromMs = Infinity
  #cutUntilMs = Number.NEGATIVE_INFINITY

  constructor(violations: Violations, excuses: Excuses) {
    this.#violations = violations
    this.#excuses = excuses
  }

  onFault({ kind, atMs, untilMs }: Fault, began: boolean): void {
    if (!began || !['partition', 'partial', 'flapping', 'swizzle'].includes(kind)) return
    // Cuts that follow each other closely are one.
    if (atMs > this.#cutUntilMs + cutMsMax) this.#cutFromMs = atMs
    this.#cutUntilMs = Math.max(this.#cutUntilMs, untilMs)
  }

  onRun(node: SimNode, { task, record }: RunOrder, now: number): void {
    const { spec } = record
    if (spec.apart === undefined || !spec.apart.some(({ group }) => isZoneWide(group))) return
    const run = { node, zone: node.offer.labels.zone ?? node.id, spec }
    for (const [key, other] of this.#runs) {
      if (other.zone !== run.zone || !(excludes(spec, other.spec) || excludes(other.spec, spec))) continue
      if (this.#isExcused([node, other.node], now)) continue
      this.#violations.safety('zone', now, `${node.id} starts ${task} in ${run.zone} beside ${key}`)
    }
    this.#runs.set(keyOf(node, task), run)
  }

  onRunEnd(node: SimNode, { order }: Run): void {
    this.#runs.delete(keyOf(node, order.task))
  }

  #isExcused(nodes: readonly SimNode[], now: number): boolean {
    const isCut = now > this.#cutFromMs + cutMsMax && now < this.#cutUntilMs + cutMsMax
    return isCut || this.#excuses.paused(nodes, now)
  }
}

const keyOf = ({ index }: SimNode, task: string): string => `${task} at node ${index}`

function excludes({ apart = [] }: TaskSpec, { group }: TaskSpec): boolean {
  return apart.some((tie) => tie.group === group)
}
