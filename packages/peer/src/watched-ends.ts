import { Deadlines, type Millis } from '@souk/kernel'
import { custodiansMax, limits, type MessageOf, type PeerId, type TaskId } from '@souk/wire'
import type { DependenciesConfig, DependenciesEffect, DependenciesView } from './dependencies-io.ts'
import { newSearch, type Search, sendOn } from './search.ts'

type Out = DependenciesEffect[]

/** Rounds in which only its likely custodians are asked: a task of the same submit is on its way to them. */
const likelyRounds = 2

/** A task whose end is waited for. */
interface Watched extends Search {
  /** of asking everybody; and how often whoever keeps it said that it has not ended */
  rounds: number
  openTimes: number
  /** since when nobody knows it */
  unknownSinceMs: Millis | undefined
  /** somebody did not answer in this round */
  silent: boolean
}

/** What is not known of a watched task, and for how long. */
export interface LostTrack {
  task: TaskId
  forMs: Millis
  /** everybody was asked; otherwise somebody who may know it was away */
  askedAll: boolean
}

/**
 * Asks for the ends of tasks, each once however many wait for it: whoever is likeliest to keep it first, the others where
 * that one does not know it or does not answer, and all over again by and by, since news may be lost.
 */
export class WatchedEnds {
  readonly #config: DependenciesConfig
  readonly #view: DependenciesView
  readonly #watched = new Map<TaskId, Watched>()
  readonly #due = new Deadlines<TaskId>()
  /** questions of this step, by whom they go to */
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

  /** Those of these that this peer was asked for. */
  *ended(from: PeerId, { ended }: MessageOf<'ends'>): Generator<MessageOf<'ends'>['ended'][number]> {
    for (const end of ended) if (this.#watched.get(end.task)?.keeper === from) yield end
  }

  /** It has not ended: whoever said so tells of it, and is asked again in case that gets lost. */
  onOpen(from: PeerId, task: TaskId, now: Millis): void {
    const watched = this.#watched.get(task)
    if (watched?.keeper !== from) return
    const { watchAgainMs, watchAgainMsMax } = this.#config
    watched.answered = true
    watched.unknownSinceMs = undefined
    this.#due.set(task, now + Math.min(watchAgainMsMax, watchAgainMs * 2 ** Math.min(watched.openTimes++, 8)))
  }

  /** Undefined: it is looked for on. */
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

  /** Whoever watches for us there may have forgotten it, or can tell nothing any more. */
  onLinkChanged(peer: PeerId, now: Millis): void {
    for (const [task, { keeper }] of this.#watched) if (keeper === peer) this.#due.set(task, now)
  }

  // ---- questions

  /** The next one whose time has come, and of which all track is lost. */
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

  /** Puts it to the next one that may know; with nobody left it waits, or is given up. */
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

  /** What is to be asked in this step, as few messages as it takes. */
  flush(out: Out): void {
    for (const [to, tasks] of this.#asks) {
      for (let i = 0; i < tasks.length; i += limits.tasksPerMessageMax)
        out.push({ type: 'send', to, message: { t: 'watch', tasks: tasks.slice(i, i + limits.tasksPerMessageMax) } })
    }
    this.#asks.clear()
  }
}
