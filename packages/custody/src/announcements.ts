import type { Millis } from '@souk/kernel'
import type { Ballot, Decision, MessageOf, PeerId, TaskId } from '@souk/wire'
import { limits } from '@souk/wire'
import type { Borne } from './borne.ts'

/** notes that wait at once; the oldest go first, since only people read them */
const notesMax = 16_384

/**
 * What a bearer tells custodians without haste, many at once: that it runs something (short runs never get here), and
 * how places were chosen.
 */
export class Announcements {
  /** runs here that no custodian was told of yet, in the order in which they came */
  readonly #young: { borne: Borne; atMs: Millis }[] = []
  #notes: { task: TaskId; ballot: Ballot; custodians: readonly PeerId[]; decision: Decision; toSelf: boolean }[] = []
  #now: Millis = 0

  begin(now: Millis): void {
    this.#now = now
  }

  push(borne: Borne): void {
    this.#young.push({ borne, atMs: this.#now })
  }

  /** This peer knows already. */
  note(borne: Borne, decision: Decision): void {
    borne.decision = decision
    this.#push(borne, decision, false)
  }

  /** To custodians that are new, of which this peer may be one. */
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

  /** Runs that are here since `beforeMs`, taken out; of those that ended meanwhile nobody has to hear. */
  grown(beforeMs: Millis, still: (borne: Borne) => boolean): Borne[] {
    let count = 0
    while (count < this.#young.length && this.#young[count]!.atMs <= beforeMs) count++
    return this.#young
      .splice(0, count)
      .map(({ borne }) => borne)
      .filter(still)
  }

  /** One message to each custodian for each decision, or more where there are many tasks of one. */
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
