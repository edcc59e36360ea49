import type { Millis } from '@souk/kernel'
import type { MessageOf, PeerId, TaskId } from '@souk/wire'
import type { Archive } from './archive.ts'
import type { CustodyConfig } from './config.ts'
import type { CustodianEffect } from './custodian-io.ts'
import { type Entry, outcomeOf } from './entry.ts'

type Out = CustodianEffect[]

/**
 * Bearers that wait for the end of a task kept here (`after:`): each is told at once whether it has ended, and once more
 * when it does. Only chosen outcomes are told, so a dependent never starts on an end that does not come about.
 */
export class EndWatchers {
  readonly #config: CustodyConfig
  readonly #archive: Archive

  constructor(config: CustodyConfig, archive: Archive) {
    this.#config = config
    this.#archive = archive
  }

  onWatch(from: PeerId, { tasks }: MessageOf<'watch'>, now: Millis, out: Out): void {
    const answer: MessageOf<'ends'> = { t: 'ends', ended: [], open: [], unknown: [] }
    for (const task of tasks) {
      const entry = this.#archive.get(task)
      const end = entry && endOf(entry)
      if (!entry) answer.unknown.push(task)
      else if (entry.phase === 'moved') out.push({ type: 'send', to: from, message: movedOf(entry) })
      else if (end) answer.ended.push(end)
      else {
        answer.open.push(task)
        this.#add(entry, from, now)
      }
    }
    if (answer.ended.length + answer.open.length + answer.unknown.length > 0)
      out.push({ type: 'send', to: from, message: answer })
  }

  /** One too many is not noted: a bearer asks again by itself. */
  #add(entry: Entry, peer: PeerId, now: Millis): void {
    const others = entry.endWatchers.filter((watcher) => watcher.untilMs > now && watcher.peer !== peer)
    if (others.length >= this.#config.watchersMax) return
    entry.endWatchers = [...others, { peer, untilMs: now + this.#config.watchMs }]
  }

  /** The task has ended, or others keep it now: its watchers are told, once. */
  over(entry: Entry, now: Millis, out: Out): void {
    if (entry.endWatchers.length === 0) return
    const end = endOf(entry)
    const message: MessageOf<'ends' | 'moved'> = end
      ? { t: 'ends', ended: [end], open: [], unknown: [] }
      : movedOf(entry)
    for (const { peer, untilMs } of entry.endWatchers) if (untilMs > now) out.push({ type: 'send', to: peer, message })
    entry.endWatchers = []
  }
}

function endOf(entry: Entry): { task: TaskId; kind: string; code: string } | undefined {
  const outcome = outcomeOf(entry)
  return outcome && { task: entry.record.id, kind: outcome.kind, code: outcome.code }
}

function movedOf({ record }: Entry): MessageOf<'moved'> {
  const { id: task, version, custodians } = record
  return { t: 'moved', task, version, custodians }
}
