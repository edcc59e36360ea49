import type { PeerInput, RunOrder, TraceEvent } from '@souk/peer'
import type { OutcomeKind, TaskId } from '@souk/wire'
import type { SimNode } from '../node.ts'
import type { Subject } from '../subject.ts'
import type { Violations } from '../violation.ts'
import type { Watch } from '../watch.ts'
import type { Configurations } from './configurations.ts'

/** Of a task id: what its submitter gave it. */
const nonceChars = 23

/**
 * I13: submitted = waiting + borne + closed, by outcome. While work goes on: nothing runs or ends that nobody
 * submitted. Once all of it has ended: nothing waits, nothing is borne, and no list of work under way has anything
 * left in it (a leak).
 */
export class AccountsChecker implements Watch {
  readonly closed = new Map<TaskId, OutcomeKind>()
  readonly #violations: Violations
  readonly #configurations: Configurations
  readonly #leftoversOf: Subject['leftoversOf']
  readonly #submitted = new Set<string>()

  constructor(violations: Violations, configurations: Configurations, leftoversOf: Subject['leftoversOf']) {
    this.#violations = violations
    this.#configurations = configurations
    this.#leftoversOf = leftoversOf
  }

  onSubmit(_node: SimNode, { tasks }: Extract<PeerInput, { type: 'submit' }>): void {
    for (const { nonce } of tasks) this.#submitted.add(nonce.padEnd(nonceChars, '0'))
  }

  onRun(node: SimNode, { task }: RunOrder, now: number): void {
    this.#check(task, `${node.id} runs it`, now)
  }

  onTrace(node: SimNode, event: TraceEvent, now: number): void {
    if (event.type !== 'task.closed') return
    this.closed.set(event.task, event.kind)
    this.#check(event.task, `${node.id} closes it`, now)
  }

  onEnd(nodes: readonly SimNode[], open: readonly TaskId[], now: number): void {
    if (open.length > 0 || this.#leftoversOf === undefined) return
    const configurations = this.#configurations
    // Whoever ran it offers its outcome to the only peer that kept it for as long as that may come back.
    const mayStay = (task: TaskId) => configurations.excused(task) || configurations.orphaned(task)
    for (const node of nodes) {
      if (!node.alive) continue
      for (const [name, count] of Object.entries(this.#leftoversOf(node.peer!.snapshot(), mayStay))) {
        if (count === 0) continue
        this.#violations.add('liveness', 'I13', now, `${node.id} still has ${count} in ${name}, and all work has ended`)
      }
    }
  }

  #check(task: TaskId, what: string, now: number): void {
    if (this.#submitted.has(task.slice(0, nonceChars))) return
    this.#violations.safety('I13', now, `nobody submitted ${task}: ${what}`)
  }
}
