import type { PeerId, TaskId } from '@souk/wire'
import type { SimNode } from '../node.ts'
import type { Subject } from '../subject.ts'
import type { Violations } from '../violation.ts'
import type { Watch } from '../watch.ts'

/** I10, and convergence: when all has been quiet for a while, every living peer has the same roster. */
export class ConvergenceChecker implements Watch {
  readonly #violations: Violations
  readonly #rosterOf: Subject['rosterOf']

  constructor(violations: Violations, rosterOf: Subject['rosterOf']) {
    this.#violations = violations
    this.#rosterOf = rosterOf
  }

  onEnd(nodes: readonly SimNode[], _open: readonly TaskId[], now: number): void {
    const alive = nodes.filter((node) => node.alive)
    const known = new Map<PeerId, [seenBy: PeerId, what: string]>()
    for (const node of alive) {
      const roster = this.#rosterOf(node.peer!.snapshot())
      const missing = alive.filter(({ id }) => !roster.has(id)).map(({ id }) => id)
      if (missing.length > 0) {
        const detail = `${node.id} does not hold for alive: ${missing.slice(0, 5).join(', ')} (${missing.length})`
        this.#violations.add('liveness', 'I10', now, detail)
      }
      for (const [peer, what] of roster) this.#compare(node, peer, what, known, now)
    }
  }

  #compare(node: SimNode, peer: PeerId, what: string, known: Map<PeerId, [PeerId, string]>, now: number): void {
    const before = known.get(peer)
    if (before === undefined) known.set(peer, [node.id, what])
    else if (before[1] !== what) {
      const detail = `${before[0]} knows ${peer} as ${before[1]}, ${node.id} as ${what}`
      this.#violations.add('liveness', 'I10', now, detail)
    }
  }
}
