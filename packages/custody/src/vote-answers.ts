import type { Millis } from '@souk/kernel'
import { type Ballot, compareBallots, type MessageOf, type PeerId, type TaskRecord } from '@souk/wire'
import type { CustodianEffect, CustodianSays } from './custodian-io.ts'
import { type Entry, grantedLeftMs } from './entry.ts'
import type { TaskBook } from './task-book.ts'
import { versionNumber } from './version.ts'
import type { MeshView } from './views.ts'

type Out = CustodianEffect[]

/**
 * What a custodian answers where it does not vote: the record is not for it, the task is over or kept elsewhere, it
 * abstains, or a higher ballot stands. And `write`, by which every vote leaves: behind the disk. The voter calls it.
 */
export class VoteAnswers {
  readonly #self: PeerId
  readonly #book: TaskBook
  readonly #mesh: MeshView

  constructor({ self, book, mesh }: { self: PeerId; book: TaskBook; mesh: MeshView }) {
    this.#self = self
    this.#book = book
    this.#mesh = mesh
  }

  /** False, and rejected: a record that does not name this peer, names one twice, or is not what the message is about. */
  isOurs(from: PeerId, record: TaskRecord, tag: string, out: Out, about?: { task: string; version: number }): boolean {
    const { id, version, custodians } = record
    const own =
      custodians.includes(this.#self) &&
      new Set(custodians).size === custodians.length &&
      (!about || (about.task === id && about.version === version))
    if (!own) out.push({ type: 'rejected', from, tag, code: 'forged-record' })
    return own
  }

  /** True: no vote is needed, since a decree stands or others keep the task; the sender is told which. */
  isOver(entry: Entry, to: PeerId, vote: MessageOf<'leaseAsk' | 'prepare' | 'commit'>, out: Out): boolean {
    const { version } = entry.record
    const { task, ballot } = vote
    const ahead = versionNumber(version) - versionNumber(vote.version)
    // A closed task has no next version: a later one of it stems from another submit of the same key.
    if (ahead < 0 && entry.phase !== 'closed') return false
    if (entry.phase === 'closed' && ahead > 0) {
      this.#sendClosed(entry, to, out)
      // The copy is for the sender as custodian. It also bears the task, as it commits: that is over.
      if (vote.t === 'commit') this.#endBearing(entry, to, ballot, out)
      return true
    }
    if (entry.phase === 'moved' || ahead > 0) {
      this.#sendMoved(entry, to, vote, out)
      return true
    }
    if (version !== vote.version) {
      this.#sendElsewhere(entry, to, vote, out)
      return true
    }
    if (entry.phase !== 'closed') return false
    const { accepted } = entry
    // Under the chosen ballot the proposer repeats its COMMIT, since an answer was lost. Anybody else is told what was chosen.
    if (vote.t === 'commit' && accepted && compareBallots(accepted.ballot, ballot) === 0) {
      this.write(entry, to, { t: 'committed', task, version, ballot }, out)
      return true
    }
    this.#send(to, { t: 'chosen', task, version, ballot: accepted!.ballot, decree: accepted!.decree }, out)
    this.#endBearing(entry, to, ballot, out)
    return true
  }

  /** The outcome is chosen, so the bearer under that ballot must stop: a final fence, whatever the other custodians know. */
  #endBearing({ record, promised }: Entry, to: PeerId, ballot: Ballot, out: Out): void {
    this.#send(to, { t: 'fenced', task: record.id, ballot, promised, code: 'closed', final: true }, out)
  }

  /** A later version exists: says where it is kept. A COMMIT of an outcome in the old version comes too late, and is fenced. */
  #sendMoved(entry: Entry, to: PeerId, vote: MessageOf<'leaseAsk' | 'prepare' | 'commit'>, out: Out): void {
    const { version, custodians } = entry.record
    const { task, ballot } = vote
    if (entry.phase !== 'moved' && versionNumber(version) === versionNumber(vote.version) + 1) {
      const decree = { kind: 'next', custodians } as const
      this.#send(to, { t: 'chosen', task, version: vote.version, ballot, decree }, out)
    } else this.#send(to, { t: 'moved', task, version, custodians }, out)
    if (vote.t === 'commit' && vote.decree.kind === 'outcome') this.fence(entry, to, ballot, out)
  }

  /** The asker is at an earlier version of a task that is closed here: as one of our set it gets a copy, else a pointer. */
  #sendClosed({ record, accepted }: Entry, to: PeerId, out: Out): void {
    const { id: task, version, custodians } = record
    const outcome = accepted?.decree.kind === 'outcome' ? accepted.decree.outcome : undefined
    if (outcome && custodians.includes(to))
      this.#send(to, { t: 'copy', record, ballot: accepted!.ballot, outcome }, out)
    else this.#send(to, { t: 'moved', task, version, custodians }, out)
  }

  /** Kept here with the custodians that another submit of the same key chose: in the asker's version there is no vote here. */
  #sendElsewhere(entry: Entry, to: PeerId, vote: MessageOf<'leaseAsk' | 'prepare' | 'commit'>, out: Out): void {
    const { task, version, ballot } = vote
    const { version: ours, custodians } = entry.record
    const known: MessageOf<'already'>['known'] = { version: ours, custodians }
    // Closed, so that set stands: the asker need not hear it from a majority of it, which may be gone by now.
    if (entry.phase === 'closed') known.stands = true
    // Whoever hears ALREADY counts on this custodian: a DROP comes too late now, and the record must be on disk by then.
    entry.relied = true
    const already = { t: 'already', task, version, ballot, promised: entry.promised, known } as const
    if (entry.phase === 'storing') this.write(entry, to, already, out)
    else this.#send(to, already, out)
    if (vote.t !== 'commit') return
    if (entry.phase === 'closed') {
      this.#endBearing(entry, to, ballot, out)
      return
    }
    const fence = { t: 'fenced', task, ballot, promised: entry.promised, code: 'fenced', final: false } as const
    this.#send(to, fence, out)
  }

  /**
   * Answers with the lease that runs here, whichever ballot was asked about: another ballot is another bearer's. An `unwon`
   * ballot has a lease here too: who asks before it prepares leaves this peer the time to win a majority.
   */
  tellLease(
    entry: Entry | undefined,
    to: PeerId,
    { task, version, ballot }: MessageOf<'leaseAsk'>,
    now: Millis,
    out: Out,
  ): void {
    const leftMs = !entry ? 0 : entry.unwon ? grantedLeftMs(entry, now) : this.#book.leaseLeftMs(entry, now)
    this.#send(to, { t: 'leaseTold', task, version, ballot, leftMs }, out)
  }

  /** After a start its disk may be an old one that lacks promises: no vote until a majority of members was heard from. */
  abstains(to: PeerId, record: TaskRecord, vote: { task: string; version: number; ballot: Ballot }, out: Out): boolean {
    if (record.custodians.length < 3 || this.#mesh.heardFromMajority) return false
    const { task, version, ballot } = vote
    this.#send(to, { t: 'refuse', task, version, ballot, promised: ballot, code: 'abstains', leftMs: 0 }, out)
    return true
  }

  refuse(
    to: PeerId,
    { record, ballot }: MessageOf<'prepare'>,
    promised: Ballot,
    code: 'promised' | 'lease',
    leftMs: Millis,
    out: Out,
  ): void {
    const vote = { task: record.id, version: record.version, ballot }
    this.#send(to, { t: 'refuse', ...vote, promised, code, leftMs }, out)
  }

  fence(entry: Entry, to: PeerId, ballot: Ballot, out: Out): void {
    const code = entry.ending?.kind ?? 'fenced'
    const { promised } = entry
    this.#send(to, { t: 'fenced', task: entry.record.id, ballot, promised, code, final: false }, out)
  }

  /** Saves the entry's votes, and sends the answer once they are on disk. */
  write(entry: Entry, to: PeerId, message: CustodianSays, out: Out): void {
    const { losses } = entry
    if (this.#book.save(entry, { kind: 'answer', entry, to, message, losses }, out)) this.#send(to, message, out)
  }

  #send(to: PeerId, message: CustodianSays, out: Out): void {
    out.push({ type: 'send', to, message })
  }
}
