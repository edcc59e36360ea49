import type { TraceEvent } from '@souk/peer'
import type { SimNode } from '../node.ts'
import type { Violations } from '../violation.ts'
import type { Watch } from '../watch.ts'

/** I6, as a host sees it itself: what is promised, what runs and what there is go together. */
export class AuditsChecker implements Watch {
  readonly #violations: Violations
  /** what was told already: a breach is seen at every look, and would hide all else */
  readonly #told = new Set<string>()

  constructor(violations: Violations) {
    this.#violations = violations
  }

  onTrace(node: SimNode, event: TraceEvent, now: number): void {
    if (event.type !== 'audit.breach') return
    const { code, task, resource, seen, allowed } = event
    const key = `${node.id} ${node.life} ${code} ${task} ${resource}`
    if (this.#told.has(key)) return
    this.#told.add(key)
    this.#violations.safety(
      'I6',
      now,
      `${node.id} audits ${code} of ${task ?? 'the host'}, ${resource}: ${seen} of ${allowed}`,
    )
  }
}
