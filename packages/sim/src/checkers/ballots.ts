import type { RunOrder, TraceEvent } from '@souk/peer'
import { type Ballot, ballotText, compareBallots, type Frame, type PeerId, type TaskId } from '@souk/wire'
import type { Fault } from '../faults/fault.ts'
import type { SimNode } from '../node.ts'
import type { Violations } from '../violation.ts'
import type { Watch } from '../watch.ts'

/**
 * What can be seen of ballots from outside. I12: the fences that a task's runs see only rise (a paused bearer
 * may start late, so it is not asked of runs with pauses). I16: a ballot runs once, at one peer, and a peer hands
 * a ballot to one other peer only, however often it says so. I9: incarnations only rise in each peer's eyes.
 */
export class BallotsChecker implements Watch {
  readonly #violations: Violations
  readonly #fences = new Map<TaskId, Ballot>()
  /** (task, ballot) to the peer that ran it */
  readonly #ran = new Map<string, PeerId>()
  /** (task, ballot, giver's life) to the receiver */
  readonly #handed = new Map<string, PeerId>()
  readonly #incarnations = new Map<string, number>()
  #paused = false

  constructor(violations: Violations) {
    this.#violations = violations
  }

  onFault(fault: Fault): void {
    if (fault.kind === 'freeze') this.#paused = true
  }

  onRun(node: SimNode, { task, ballot }: RunOrder, now: number): void {
    const last = this.#fences.get(task)
    if (last !== undefined && compareBallots(ballot, last) < 0 && !this.#paused) {
      const detail = `${node.id} runs ${task} under ${ballotText(ballot)} after ${ballotText(last)} ran`
      this.#violations.safety('I12', now, detail)
    }
    if (last === undefined || compareBallots(ballot, last) > 0) this.#fences.set(task, ballot)
    const key = `${task}/${ballotText(ballot)}`
    const before = this.#ran.get(key)
    if (before !== undefined) this.#violations.safety('I16', now, `${node.id} runs ${key}, which ran at ${before}`)
    this.#ran.set(key, node.id)
  }

  onFrame(from: SimNode, to: SimNode, frame: Frame, now: number): void {
    for (const message of frame.messages) {
      if (message.t !== 'award') continue
      for (const { record, ballot } of message.batons) {
        const key = `${record.id}/${ballotText(ballot)}/${from.index}.${from.incarnation}`
        const before = this.#handed.get(key)
        if (before !== undefined && before !== to.id) {
          this.#violations.safety('I16', now, `${from.id} hands ${key} to ${before}, then to ${to.id}`)
        }
        this.#handed.set(key, to.id)
      }
    }
  }

  onTrace(node: SimNode, event: TraceEvent, now: number): void {
    if (event.type !== 'member.state') return
    const key = `${node.index}.${node.life}/${event.peer}`
    const before = this.#incarnations.get(key) ?? 0
    if (event.incarnation < before) {
      const detail = `${node.id} takes ${event.peer} for life ${event.incarnation} after life ${before}`
      this.#violations.safety('I9', now, detail)
    }
    this.#incarnations.set(key, Math.max(before, event.incarnation))
  }
}
