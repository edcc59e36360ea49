import type { TraceEvent } from '@souk/peer'
import type { Incarnation } from '@souk/wire'
import type { SimNode } from '../node.ts'
import type { Violations } from '../violation.ts'
import type { Watch } from '../watch.ts'

/** I9: incarnations only rise in each peer's eyes. */
export class IncarnationsChecker implements Watch {
  readonly #violations: Violations
  readonly #seen = new Map<string, Incarnation>()

  constructor(violations: Violations) {
    this.#violations = violations
  }

  onTrace(node: SimNode, event: TraceEvent, now: number): void {
    if (event.type !== 'member.state') return
    const key = `${node.index}.${node.life}/${event.peer}`
    const before = this.#seen.get(key) ?? 0
    if (event.incarnation < before) {
      const detail = `${node.id} takes ${event.peer} for life ${event.incarnation} after life ${before}`
      this.#violations.safety('I9', now, detail)
    }
    this.#seen.set(key, Math.max(before, event.incarnation))
  }
}
