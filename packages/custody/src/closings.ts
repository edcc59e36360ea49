import type { Millis } from '@souk/kernel'
import {
  type Ballot,
  compareBallots,
  type Decree,
  type MessageOf,
  type Outcome,
  type PeerId,
  type Work,
} from '@souk/wire'
import type { CustodianEffect } from './custodian-io.ts'
import type { EndWatchers } from './end-watchers.ts'
import { type Entry, enterPhase, forgetVotes, newEntry, outcomeOf, unkeep } from './entry.ts'
import type { Readers } from './readers.ts'
import type { TaskBook } from './task-book.ts'
import { versionNumber } from './version.ts'

type Out = CustodianEffect[]

/**
 * How a task is over for this custodian: its outcome is chosen (closed), or others keep it (moved). It tells and forgets
 * those who waited here. Called for CHOSEN, MOVED and COPY, by retention, and by undertakings that find another set.
 */
export class Closings {
  readonly #self: PeerId
  readonly #book: TaskBook
  readonly #readers: Readers
  readonly #endWatchers: EndWatchers

  constructor(self: PeerId, book: TaskBook, told: { readers: Readers; endWatchers: EndWatchers }) {
    this.#self = self
    this.#book = book
    this.#readers = told.readers
    this.#endWatchers = told.endWatchers
  }

  /** A majority has accepted a decree. If this custodian does not know which, it asks once the lease has run out here. */
  onChosen(message: MessageOf<'chosen'>, now: Millis, out: Out): void {
    const entry = this.#book.archive.get(message.task)
    if (!entry || entry.record.version !== message.version) return
    if (entry.phase !== 'open' && entry.phase !== 'storing') return
    const { accepted } = entry
    const own = accepted && compareBallots(accepted.ballot, message.ballot) === 0 ? accepted.decree : undefined
    const decree = message.decree ?? own
    if (decree?.kind === 'outcome') this.close(entry, message.ballot, decree.outcome, now, out)
  }

  /** The outcome is chosen: it is written, the lease ends, and all that wait here are told. */
  close(entry: Entry, ballot: Ballot, outcome: Outcome, now: Millis, out: Out): void {
    const task = entry.record.id
    const decree: Decree = { kind: 'outcome', outcome }
    if (!entry.accepted || compareBallots(entry.accepted.ballot, ballot) !== 0) {
      entry.accepted = { ballot, decree }
      // This outcome is not on disk here: it is written with the end.
      unkeep(entry)
    }
    enterPhase(entry, 'closed')
    this.#book.leases.delete(task)
    this.#book.expiries.delete(task)
    const wallMs = this.#book.wall(now)
    this.#book.note(entry, 'ended', outcome.code, now)
    this.#book.archive.close(task, wallMs)
    this.#book.saveEnd(entry, 'closed', wallMs, out)
    out.push({ type: 'closed', task, outcome })
    this.#answerCancellers(entry, outcome.kind === 'cancelled' ? 'cancelled' : 'closed-before', out)
    this.#readers.changed(entry, now, out)
    entry.watchers = []
    this.#endWatchers.over(entry, now, out)
  }

  /** A majority of other custodians has a later version on disk: the entry becomes a pointer to them. */
  onMoved(message: MessageOf<'moved'>, now: Millis, out: Out): void {
    const { task, version, custodians } = message
    const entry = this.#book.archive.get(task)
    if (!entry || versionNumber(entry.record.version) >= versionNumber(version) || custodians.includes(this.#self))
      return
    this.pointTo(entry, version, custodians, now, out)
  }

  /** Makes the entry a pointer to the custodians of another version, and tells those that wait here where the task went. */
  pointTo(entry: Entry, version: number, custodians: PeerId[], now: Millis, out: Out): void {
    const task = entry.record.id
    const message = { t: 'moved', task, version, custodians } as const
    const wallMs = this.#book.wall(now)
    // A pointer may have to point on, where the task has moved once more.
    if (entry.phase !== 'moved') enterPhase(entry, 'moved')
    entry.record = { ...entry.record, version, custodians }
    // In that version this peer has promised and accepted nothing.
    forgetVotes(entry)
    unkeep(entry)
    this.#book.leases.delete(task)
    this.#book.expiries.delete(task)
    this.#book.archive.close(task, wallMs)
    this.#book.saveEnd(entry, 'moved', wallMs, out)
    for (const { peer } of askersOf(entry)) out.push({ type: 'send', to: peer, message })
    entry.cancellers = []
    entry.word = undefined
    for (const { peer } of entry.watchers) out.push({ type: 'send', to: peer, message })
    entry.watchers = []
    this.#endWatchers.over(entry, now, out)
  }

  /** Another custodian sends a closed task for this one to keep. Its outcome is chosen, so there is nothing to vote on. */
  onCopy(from: PeerId, message: MessageOf<'copy'>, now: Millis, out: Out): void {
    const { record, ballot } = message
    if (!record.custodians.includes(this.#self)) return
    const known = this.#book.archive.get(record.id)
    const same = known?.record.version === record.version
    const open = known?.phase === 'open' || known?.phase === 'storing'
    const older = !known || versionNumber(known.record.version) < versionNumber(record.version)
    if (same && open) this.close(known!, ballot, message.outcome, now, out)
    // A pointer to this version becomes the copy itself, and so does what another submit of the key left open here.
    else if (same ? known!.phase === 'moved' : older || known.phase === 'open') this.#takeCopy(known, message, now, out)
    else if (!same) return
    const entry = this.#book.archive.get(record.id)!
    const stored = { t: 'stored', task: record.id, version: record.version, ballot } as const
    if (this.#book.save(entry, { kind: 'answer', entry, to: from, message: stored, losses: entry.losses }, out))
      out.push({ type: 'send', to: from, message: stored })
  }

  #takeCopy(known: Entry | undefined, { record, ballot, outcome }: MessageOf<'copy'>, now: Millis, out: Out): void {
    if (known?.phase === 'closed') {
      known.record = record
      unkeep(known)
      this.#book.saveEnd(known, 'closed', outcome.endedWallMs, out)
      return
    }
    const entry = newEntry(record, ballot)
    entry.again = known !== undefined
    entry.cancellers = known?.cancellers ?? []
    entry.word = known?.word
    entry.watchers = known?.watchers ?? []
    entry.endWatchers = known?.endWatchers ?? []
    entry.decision = known?.decision
    entry.timeline = known?.timeline ?? []
    this.#book.archive.reopen(record.id)
    this.#book.archive.add(entry)
    this.close(entry, ballot, outcome, now, out)
  }

  /** The result has been kept for long enough: leaves a tombstone, with that and how the task ended. */
  strip(entry: Entry, out: Out): void {
    const outcome = outcomeOf(entry)
    if (!outcome) return
    const { result: _, ...rest } = outcome
    const { spec } = entry.record
    entry.record = { ...entry.record, spec: { ...spec, work: forgotten(spec.work), inputs: [], outputs: [] } }
    entry.accepted = { ballot: entry.accepted!.ballot, decree: { kind: 'outcome', outcome: { ...rest, attempts: [] } } }
    entry.timeline = []
    entry.decision = undefined
    unkeep(entry)
    this.#book.saveEnd(entry, 'closed', rest.endedWallMs, out)
  }

  #answerCancellers(entry: Entry, answer: MessageOf<'cancelled'>['answer'], out: Out): void {
    const task = entry.record.id
    for (const { peer, ask } of askersOf(entry))
      out.push({ type: 'send', to: peer, message: { t: 'cancelled', ask, task, answer } })
    entry.cancellers = []
    // The word itself stays: what it began may still run, until it looks at the task again.
    if (entry.word) entry.word.askers = []
  }
}

/** All that asked for its end, by a cancel or by giving up what removed custodians knew. */
function askersOf({ cancellers, word }: Entry): Entry['cancellers'] {
  return [...cancellers, ...(word?.askers ?? [])]
}

/** Work without its arguments; the kind and a function's name stay, for listings. */
function forgotten(work: Work): Work {
  if (work.kind === 'function') return { kind: 'function', name: work.name, args: '[]' }
  return { kind: 'process', argv: ['(forgotten)'], env: {} }
}
