import { Deadlines, type Millis } from '@souk/kernel'
import { custodiansMax, limits, type MessageOf, type PeerId, type TaskId } from '@souk/wire'
import type { DependenciesConfig, DependenciesEffect, DependenciesView } from './dependencies-io.ts'
import { newSearch, type Search, sendOn } from './search.ts'

type Out = DependenciesEffect[]

/** First rounds, in which only likely custodians are asked: a task of the same submit may be just on its way to them. */
const likelyRounds = 2

/** A task whose end is waited for. */
interface Watched extends Search {
  /** times that the search has begun */
  rounds: number
  /** times that its keeper said that it has not ended */
  openTimes: number
  /** since when no peer that answers knows it */
  unknownSinceMs: Millis | undefined
  /** a peer did not answer in this round */
  silent: boolean
}

/** A watched task that no peer knows any more. */
export interface LostTrack {
  task: TaskId
  /** how long no peer has known it */
  forMs: Millis
  /** all members were asked; false: a member that may know it was away or silent */
  askedAll: boolean
}

/**
 * Asks for the ends of tasks, once for each however many dependents wait for it. The likeliest custodian is asked first, the
 * next peer if that one does not know the task or does not answer, and all over again from time to time, since news may be
 * lost. Used by `Dependencies`.
 */
export class WatchedEnds {
  readonly #config: DependenciesConfig
  readonly #view: DependenciesView
  readonly #watched = new Map<TaskId, Watched>()
  readonly #due = new Deadlines<TaskId>()
  /** tasks to ask for at the end of this step, by the peer to ask */
  readonly #asks = new Map<PeerId, TaskId[]>()

  constructor(config: DependenciesConfig, view: DependenciesView) {
    this.#config = config
    this.#view = view
  }

  get size(): number {
    return this.#watched.size
  }

  has(task: TaskId): boolean {
    return this.#watched.has(task)
  }

  add(task: TaskId, now: Millis): void {
    const watched: Watched = {
      ...newSearch([]),
      rounds: 0,
      openTimes: 0,
      unknownSinceMs: undefined,
      silent: false,
    }
    this.#watched.set(task, watched)
    this.#begin(task, watched, now)
  }

  delete(task: TaskId): void {
    this.#watched.delete(task)
    this.#due.delete(task)
  }

  nextWakeup(): Millis | undefined {
    return this.#due.next()
  }

  // ---- answers

  /** The ends in this message that `from` was asked for. */
  *ended(from: PeerId, { ended }: MessageOf<'ends'>): Generator<MessageOf<'ends'>['ended'][number]> {
    for (const end of ended) if (this.#watched.get(end.task)?.keeper === from) yield end
  }

  /** `from` keeps the task, which has not ended: it will tell its end, and is asked again in case that gets lost. */
  onOpen(from: PeerId, task: TaskId, now: Millis): void {
    const watched = this.#watched.get(task)
    if (watched?.keeper !== from) return
    const { watchAgainMs, watchAgainMsMax } = this.#config
    watched.answered = true
    watched.unknownSinceMs = undefined
    this.#due.set(task, now + Math.min(watchAgainMsMax, watchAgainMs * 2 ** Math.min(watched.openTimes++, 8)))
  }

  /** `from` does not know the task. Undefined: the search goes on; else track of it is lost. */
  onUnknown(from: PeerId, task: TaskId, now: Millis): LostTrack | undefined {
    const watched = this.#watched.get(task)
    return watched?.keeper === from ? this.#askNext(task, watched, now) : undefined
  }

  onMoved(from: PeerId, message: MessageOf<'moved'>, now: Millis): LostTrack | undefined {
    const watched = this.#watched.get(message.task)
    if (watched?.keeper !== from) return undefined
    sendOn(watched, message, (peer) => this.#view.reachable(peer))
    return this.#askNext(message.task, watched, now)
  }

  /** A keeper behind that link may have forgotten to tell an end, or cannot: it or another peer is asked at once. */
  onLinkChanged(peer: PeerId, now: Millis): void {
    for (const [task, { keeper }] of this.#watched) if (keeper === peer) this.#due.set(task, now)
  }

  // ---- questions

  /** Goes on with all searches that are due, up to one of which track is lost, which it returns; undefined: none is. */
  popLost(now: Millis): LostTrack | undefined {
    for (let task = this.#due.popDue(now); task !== undefined; task = this.#due.popDue(now)) {
      const lost = this.#onDue(task, now)
      if (lost) return lost
    }
    return undefined
  }

  #onDue(task: TaskId, now: Millis): LostTrack | undefined {
    const watched = this.#watched.get(task)
    if (!watched) return undefined
    const { keeper, answered } = watched
    if (keeper !== undefined && answered && this.#view.reachable(keeper)) this.#ask(task, watched, keeper, now)
    else if (keeper === undefined || answered) return this.#begin(task, watched, now)
    else {
      watched.silent = true
      return this.#askNext(task, watched, now)
    }
    return undefined
  }

  #begin(task: TaskId, watched: Watched, now: Millis): LostTrack | undefined {
    const { peers } = this.#view.whoKnows(task)
    watched.left = watched.rounds++ < likelyRounds ? peers.slice(0, custodiansMax + 1) : peers
    watched.version = 0
    watched.silent = false
    return this.#askNext(task, watched, now)
  }

  /** Asks the next peer that may know; if none is left the search pauses, or track is lost. */
  #askNext(task: TaskId, watched: Watched, now: Millis): LostTrack | undefined {
    const next = watched.left.shift()
    if (next === undefined) return this.#onNobody(task, watched, now)
    this.#ask(task, watched, next, now)
    return undefined
  }

  #ask(task: TaskId, watched: Watched, keeper: PeerId, now: Millis): void {
    watched.keeper = keeper
    watched.answered = false
    const asks = this.#asks.get(keeper)
    if (asks) asks.push(task)
    else this.#asks.set(keeper, [task])
    this.#due.set(task, now + this.#config.answerMsMax)
  }

  #onNobody(task: TaskId, watched: Watched, now: Millis): LostTrack | undefined {
    const { unknownAgainMs, watchAgainMsMax, unknownMsMax, awayMsMax } = this.#config
    watched.keeper = undefined
    watched.unknownSinceMs ??= now
    const forMs = now - watched.unknownSinceMs
    const askedAll = watched.rounds > likelyRounds && !watched.silent && this.#view.askable().away.length === 0
    if (forMs >= (askedAll ? unknownMsMax : awayMsMax)) return { task, forMs, askedAll }
    this.#due.set(task, now + Math.min(watchAgainMsMax, unknownAgainMs * 2 ** Math.min(watched.rounds - 1, 8)))
    return undefined
  }

  /** Sends the questions of this step, in as few messages as it takes. */
  flush(out: Out): void {
    for (const [to, tasks] of this.#asks) {
      for (let i = 0; i < tasks.length; i += limits.tasksPerMessageMax)
        out.push({ type: 'send', to, message: { t: 'watch', tasks: tasks.slice(i, i + limits.tasksPerMessageMax) } })
    }
    this.#asks.clear()
  }
}
