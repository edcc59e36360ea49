import type { RunOrder, TraceEvent } from '@souk/peer'
import type { OutcomeKind, TaskId } from '@souk/wire'
import type { SimNode } from '../node.ts'
import type { Violations } from '../violation.ts'
import type { Watch } from '../watch.ts'
import type { Configurations } from './configurations.ts'
import type { Excuses } from './excuses.ts'

/**
 * `after`: nothing starts before everything that it waits for has a chosen outcome, of the wanted kind. Whoever closes a
 * task knows that its outcome is chosen; `decrees.ts` checks that.
 */
export class DependenciesChecker implements Watch {
  /** runs that had waited for something */
  started = 0
  readonly #violations: Violations
  readonly #excuses: Excuses
  readonly #configurations: Configurations
  readonly #ended = new Map<TaskId, OutcomeKind>()

  constructor(violations: Violations, excuses: Excuses, configurations: Configurations) {
    this.#violations = violations
    this.#excuses = excuses
    this.#configurations = configurations
  }

  onTrace(_node: SimNode, event: TraceEvent): void {
    if (event.type === 'task.closed' && !this.#ended.has(event.task)) this.#ended.set(event.task, event.kind)
  }

  onRun(node: SimNode, { task, record }: RunOrder, now: number): void {
    const { after } = record.spec
    if (after === undefined) return
    this.started++
    if (this.#excuses.forged(task)) return
    for (const { task: dependency, on } of after) {
      const kind = this.#ended.get(dependency)
      if (this.#configurations.excused(dependency)) continue
      if (kind === undefined || (on === 'succeeded' && kind !== 'succeeded')) {
        const detail = `${node.id} starts ${task}, which waits for ${dependency} to have ${on}: ${kind ?? 'it has no outcome'}`
        this.#violations.safety('after', now, detail)
      }
    }
  }
}
