import type { Reply, TraceEvent } from '@souk/peer'
import type { OutcomeKind, TaskId } from '@souk/wire'
import type { SimNode } from '../node.ts'
import type { Violations } from '../violation.ts'
import type { Watch } from '../watch.ts'

/** I1: one committed outcome a task, for ever; and what clients hear is that one. */
export class OutcomesChecker implements Watch {
  readonly #violations: Violations
  readonly #closed = new Map<TaskId, OutcomeKind>()

  constructor(violations: Violations) {
    this.#violations = violations
  }

  onTrace(node: SimNode, event: TraceEvent, now: number): void {
    if (event.type === 'task.closed') this.#settle(event.task, event.kind, now, `${node.id} closed it`)
  }

  onReply(node: SimNode, _client: number, reply: Reply, now: number): void {
    if (reply.type === 'outcome') this.#settle(reply.task, reply.outcome.kind, now, `a client heard from ${node.id}`)
    else if (reply.type === 'view') {
      const kind = reply.view?.outcome?.kind
      if (kind !== undefined) this.#settle(reply.task, kind, now, `${node.id} showed it`)
    } else if (reply.type === 'cancelled' && reply.answer === 'cancelled') {
      this.#settle(reply.task, 'cancelled', now, `${node.id} confirmed the cancel`)
    }
  }

  #settle(task: TaskId, kind: OutcomeKind, now: number, who: string): void {
    const first = this.#closed.get(task)
    if (first === undefined) this.#closed.set(task, kind)
    else if (first !== kind) this.#violations.safety('I1', now, `task ${task} was ${first}, then ${kind}: ${who}`)
  }
}
