import type { Reply, TraceEvent } from '@souk/peer'
import { type Ballot, ballotText, compareBallots, type OutcomeKind, type TaskId } from '@souk/wire'
import type { SimNode } from '../node.ts'
import type { Violations } from '../violation.ts'
import type { Watch } from '../watch.ts'
import type { Configurations } from './configurations.ts'
import type { Excuses } from './excuses.ts'

/** What is known of one task's end. */
interface Closing {
  kind: OutcomeKind
  /** undefined while it is known by a confirmed cancel only, which names none */
  ballot: Ballot | undefined
}

/**
 * I1: one committed outcome a task, under one ballot, for ever; and what clients hear is that one. A member that makes
 * up a baton of a task that it had is believed, and can bring about another.
 */
export class OutcomesChecker implements Watch {
  readonly #violations: Violations
  readonly #excuses: Excuses
  readonly #configurations: Configurations
  readonly #closed = new Map<TaskId, Closing>()

  constructor(violations: Violations, excuses: Excuses, configurations: Configurations) {
    this.#violations = violations
    this.#excuses = excuses
    this.#configurations = configurations
  }

  onTrace(node: SimNode, event: TraceEvent, now: number): void {
    if (event.type === 'task.closed') this.#settle(event.task, event, now, `${node.id} closed it`)
  }

  onReply(node: SimNode, _client: number, reply: Reply, now: number): void {
    if (reply.type === 'outcome') this.#settle(reply.task, reply.outcome, now, `a client heard from ${node.id}`)
    else if (reply.type === 'view' && reply.view?.outcome !== undefined) {
      this.#settle(reply.task, reply.view.outcome, now, `${node.id} showed it`)
    } else if (reply.type === 'cancelled' && reply.answer === 'cancelled') {
      this.#settle(reply.task, { kind: 'cancelled', ballot: undefined }, now, `${node.id} confirmed the cancel`)
    }
  }

  #settle(task: TaskId, { kind, ballot }: Closing, now: number, who: string): void {
    const first = this.#closed.get(task)
    if (first === undefined) {
      this.#closed.set(task, { kind, ballot })
      return
    }
    first.ballot ??= ballot
    const same = ballot === undefined || compareBallots(first.ballot!, ballot) === 0
    if ((first.kind === kind && same) || this.#excuses.forged(task) || this.#configurations.excused(task)) return
    const detail = `task ${task} was ${textOf(first)}, then ${textOf({ kind, ballot })}: ${who}`
    this.#violations.safety('I1', now, detail)
  }
}

function textOf({ kind, ballot }: Closing): string {
  return ballot === undefined ? kind : `${kind} under ${ballotText(ballot)}`
}
