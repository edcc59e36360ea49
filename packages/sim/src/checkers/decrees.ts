import type { TraceEvent, Write } from '@souk/peer'
import { type Ballot, ballotText, type Decree, type Frame, type PeerId, type TaskId, type TaskRecord } from '@souk/wire'
import type { SimNode } from '../node.ts'
import type { Violations } from '../violation.ts'
import type { Watch } from '../watch.ts'
import type { Configurations } from './configurations.ts'
import type { Excuses } from './excuses.ts'
import { decreeText, storedEnd, storedRecords, storedVotes, versionNumber } from './stored-view.ts'

/** What was proposed under one ballot of one version, and who has it on disk. */
interface Proposal {
  text: string
  acceptedBy: Set<PeerId>
}

/**
 * I4: under one ballot and version one value is proposed, and one value is chosen per version: that which a majority
 * of its custodians has on disk under the same ballot. A later version exists only after it was chosen as the decree of
 * the one before, with one set of custodians; of a closed task, which is copied, after its outcome was. And nobody takes
 * a task for closed before its outcome is chosen. What a single peer kept and lost, it may decide again.
 */
export class DecreesChecker implements Watch {
  readonly #violations: Violations
  readonly #excuses: Excuses
  readonly #configurations: Configurations
  readonly #proposals = new Map<string, Proposal>()
  /** (task, version) to its custodians */
  readonly #custodians = new Map<string, readonly PeerId[]>()
  /** (task, version) to the value */
  readonly #chosen = new Map<string, string>()
  /** (task, next set), or (task, 'outcome'): chosen in some version of it */
  readonly #decided = new Set<string>()

  constructor(violations: Violations, excuses: Excuses, configurations: Configurations) {
    this.#violations = violations
    this.#excuses = excuses
    this.#configurations = configurations
  }

  onFrame(from: SimNode, _to: SimNode, { messages }: Frame, now: number): void {
    for (const message of messages) {
      if (message.t !== 'commit') continue
      const { task, version, ballot, decree } = message
      if (!this.#excuses.forged(task)) this.#propose(from.id, task, version, ballot, decree, now)
    }
  }

  onWritten(node: SimNode, writes: readonly Write[], now: number): void {
    for (const record of storedRecords(writes)) this.#onRecord(node, record, storedEnd(writes, record.id)?.phase, now)
    for (const [task, view] of storedVotes(writes)) {
      if (view?.accepted === undefined || this.#excuses.forged(task)) continue
      const { version, accepted } = view
      const key = `${task}/${version}`
      const custodians = this.#custodians.get(key) ?? []
      const proposal = this.#propose(node.id, task, version, accepted.ballot, accepted.decree, now)
      proposal.acceptedBy.add(node.id)
      if (custodians.filter((peer) => proposal.acceptedBy.has(peer)).length <= custodians.length / 2) continue
      const chosen = this.#chosen.get(key)
      if (chosen === undefined) {
        this.#chosen.set(key, proposal.text)
        this.#decided.add(`${task}/${proposal.text.startsWith('next/') ? proposal.text : 'outcome'}`)
      } else if (chosen !== proposal.text && !this.#configurations.undone(task)) {
        this.#violations.safety('I4', now, `${key} was chosen to be ${chosen}, then ${proposal.text}`)
      }
    }
  }

  onTrace(node: SimNode, event: TraceEvent, now: number): void {
    if (event.type !== 'task.closed') return
    const { task, kind } = event
    if (this.#decided.has(`${task}/outcome`) || this.#excuses.forged(task)) return
    if (this.#configurations.durabilityOf(task) === 'none') return
    this.#violations.safety('I4', now, `${node.id} closes ${task} as ${kind}, which no majority has on disk`)
  }

  #onRecord(node: SimNode, { id, version, custodians }: TaskRecord, end: string | undefined, now: number): void {
    // A pointer says where a task went, and is no part of a version.
    if (end === 'moved') return
    const key = `${id}/${version}`
    const known = this.#custodians.get(key)
    if (known !== undefined) {
      if (known.join() === custodians.join() || this.#excuses.forged(id)) return
      this.#violations.safety('I4', now, `${node.id} has ${key} with custodians ${custodians}, and they are ${known}`)
      return
    }
    this.#custodians.set(key, custodians)
    if (versionNumber(version) === 1 || this.#excuses.forged(id)) return
    const decree = end === 'closed' ? 'outcome' : decreeText({ kind: 'next', custodians: [...custodians] })
    if (this.#decided.has(`${id}/${decree}`)) return
    this.#violations.safety(
      'I4',
      now,
      `${node.id} has version ${versionNumber(version)} of ${id}, never chosen: ${decree}`,
    )
  }

  #propose(peer: PeerId, task: TaskId, version: number, ballot: Ballot, decree: Decree, now: number): Proposal {
    const key = `${task}/${version}/${ballotText(ballot)}`
    const text = decreeText(decree)
    const before = this.#proposals.get(key)
    if (before === undefined) {
      const proposal = { text, acceptedBy: new Set<PeerId>() }
      this.#proposals.set(key, proposal)
      return proposal
    }
    if (before.text !== text && !this.#configurations.undone(task)) {
      this.#violations.safety('I4', now, `${peer} has ${text} under ${key}, which was ${before.text}`)
    }
    return before
  }
}
