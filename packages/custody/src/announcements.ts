import type { Millis } from '@souk/kernel'
import type { Ballot, Decision, MessageOf, PeerId, TaskId } from '@souk/wire'
import { limits } from '@souk/wire'
import type { Borne } from './borne.ts'

/** most notes that wait at once; over it the oldest are dropped, since only people read them */
const notesMax = 16_384

/**
 * What a bearer tells custodians without haste, many tasks in a message: that it has a task (a short run is over before), and
 * how places were chosen. `BearerRounds` takes it out and sends it.
 */
export class Announcements {
  /** batons queued or waiting here that custodians were not told of yet, in the order in which they came */
  readonly #young: { borne: Borne; atMs: Millis }[] = []
  #notes: { task: TaskId; ballot: Ballot; custodians: readonly PeerId[]; decision: Decision; toSelf: boolean }[] = []
  #now: Millis = 0

  begin(now: Millis): void {
    this.#now = now
  }

  push(borne: Borne): void {
    this.#young.push({ borne, atMs: this.#now })
  }

  /** A decision of this peer, for its task's custodians; this peer's own one was told directly. */
  note(borne: Borne, decision: Decision): void {
    borne.decision = decision
    this.#push(borne, decision, false)
  }

  /** The last decision, for new custodians, of which this peer may be one. */
  noteAgain(borne: Borne): void {
    if (borne.decision) this.#push(borne, borne.decision, true)
  }

  #push(borne: Borne, decision: Decision, toSelf: boolean): void {
    if (this.#notes.length >= notesMax) this.#notes.shift()
    const { id: task, custodians } = borne.record
    this.#notes.push({ task, ballot: borne.ballot, custodians, decision, toSelf })
  }

  get empty(): boolean {
    return this.#young.length === 0 && this.#notes.length === 0
  }

  /** Takes out what came up to `beforeMs`, and returns what is `still` in hand: nobody has to hear of the rest. */
  grown(beforeMs: Millis, still: (borne: Borne) => boolean): Borne[] {
    let count = 0
    while (count < this.#young.length && this.#young[count]!.atMs <= beforeMs) count++
    return this.#young
      .splice(0, count)
      .map(({ borne }) => borne)
      .filter(still)
  }

  /** Takes out all notes: for each custodian and decision one message, or more for very many tasks. */
  takeNotes(self: PeerId): { to: PeerId; message: MessageOf<'decided'> }[] {
    const groups = new Map<PeerId, Map<Decision, MessageOf<'decided'>['tasks']>>()
    for (const { task, ballot, custodians, decision, toSelf } of this.#notes) {
      for (const to of custodians) {
        if (to === self && !toSelf) continue
        const byDecision = groups.get(to) ?? new Map<Decision, MessageOf<'decided'>['tasks']>()
        groups.set(to, byDecision)
        const tasks = byDecision.get(decision) ?? []
        byDecision.set(decision, tasks)
        tasks.push({ task, ballot })
      }
    }
    this.#notes = []
    const messages: { to: PeerId; message: MessageOf<'decided'> }[] = []
    for (const to of [...groups.keys()].sort()) {
      for (const [decision, tasks] of groups.get(to)!) {
        for (let i = 0; i < tasks.length; i += limits.batonsPerMessageMax)
          messages.push({
            to,
            message: { t: 'decided', tasks: tasks.slice(i, i + limits.batonsPerMessageMax), decision },
          })
      }
    }
    return messages
  }
}
