import { Deadlines, type Machine, type Millis } from '@souk/kernel'
import {
  type Ballot,
  compareBallots,
  type MessageOf,
  originTagOf,
  type PeerId,
  type TaskId,
  type TaskSummary,
} from '@souk/wire'
import type { DeskConfig } from './desk-config.ts'
import type { Reply } from './effects.ts'
import type { ClientRef } from './inputs.ts'

/** What the desk must know of the others. */
export interface DeskView {
  /** who keeps a task that was submitted to the peer with this tag */
  peerByTag(tag: string): PeerId | undefined
  reachable(peer: PeerId): boolean
  /** everybody who can be asked, this peer included, by id */
  reachablePeers(): PeerId[]
}

/** Answers to what was asked. */
export type DeskMessage = MessageOf<'view' | 'cancelled' | 'listed' | 'output'>

export type DeskInput =
  | { type: 'wake' }
  | { type: 'query'; client: ClientRef; task: TaskId; watch: boolean }
  | { type: 'cancel'; client: ClientRef; task: TaskId; reason: string }
  | { type: 'list'; client: ClientRef; query: Omit<MessageOf<'list'>, 't' | 'ask'>; everywhere: boolean }
  | { type: 'follow'; client: ClientRef; task: TaskId }
  | { type: 'gone'; client: ClientRef }
  | { type: 'message'; from: PeerId; message: DeskMessage }

export type DeskEffect =
  | { type: 'send'; to: PeerId; message: MessageOf<'query' | 'cancel' | 'list' | 'follow'> }
  | { type: 'reply'; client: ClientRef; reply: Reply }

type Ask =
  | { kind: 'query'; client: ClientRef; task: TaskId; keeper: PeerId; watch: boolean; answered: boolean }
  | { kind: 'cancel'; client: ClientRef; task: TaskId; keeper: PeerId }
  | { kind: 'list'; client: ClientRef; limit: number; waitingFor: Set<PeerId>; tasks: TaskSummary[]; total: number }
  | { kind: 'follow'; client: ClientRef; task: TaskId; keeper: PeerId; bearer: PeerId | undefined; ballot?: Ballot }

type Out = DeskEffect[]

/**
 * What local clients ask of tasks anywhere: any peer answers for every task (its id names who keeps it).
 *
 * Inputs: clients' questions and other peers' answers. Effects: messages and replies. Every question ends: by its
 * answer, by its deadline, or when its client is gone. Bound: asksMax.
 */
export class Desk implements Machine<DeskInput, DeskEffect> {
  readonly #config: DeskConfig
  readonly #self: PeerId
  readonly #view: DeskView
  readonly #asks = new Map<number, Ask>()
  readonly #deadlines = new Deadlines<number>()
  #next = 1

  constructor(config: DeskConfig, { self, view }: { self: PeerId; view: DeskView }) {
    this.#config = config
    this.#self = self
    this.#view = view
  }

  step(input: DeskInput, now: Millis, out: Out): void {
    switch (input.type) {
      case 'query':
        this.#onQuery(input, now, out)
        break
      case 'cancel':
        this.#onCancel(input, now, out)
        break
      case 'list':
        this.#onList(input, now, out)
        break
      case 'follow':
        this.#onFollow(input, now, out)
        break
      case 'gone':
        for (const [ask, { client }] of this.#asks) if (client === input.client) this.#end(ask)
        break
      case 'message':
        this.#onMessage(input.from, input.message, now, out)
        break
      case 'wake':
        this.#onWake(now, out)
        break
    }
  }

  nextWakeup(): Millis | undefined {
    return this.#deadlines.next()
  }

  snapshot() {
    return { asks: this.#asks.size }
  }

  // ---- clients

  #keeperOf(task: TaskId): { keeper: PeerId | undefined; reachable: boolean } {
    const keeper = this.#view.peerByTag(originTagOf(task))
    return { keeper, reachable: keeper === this.#self || (keeper !== undefined && this.#view.reachable(keeper)) }
  }

  #onQuery(input: Extract<DeskInput, { type: 'query' }>, now: Millis, out: Out): void {
    const { client, task, watch } = input
    const { keeper, reachable } = this.#keeperOf(task)
    // An unknown tag cannot be asked; a watch of a peer that is away goes on until it comes back.
    if (keeper === undefined || (!reachable && !watch) || this.#full) {
      out.push({
        type: 'reply',
        client,
        reply: { type: 'view', task, view: undefined, reachable: keeper === undefined },
      })
      return
    }
    this.#begin({ kind: 'query', client, task, keeper, watch, answered: false }, this.#config.answerMsMax, now, out)
  }

  #onCancel(input: Extract<DeskInput, { type: 'cancel' }>, now: Millis, out: Out): void {
    const { client, task, reason } = input
    const { keeper, reachable } = this.#keeperOf(task)
    if (keeper === undefined || !reachable || this.#full) {
      const answer = keeper === undefined ? 'unknown' : 'unreachable'
      out.push({ type: 'reply', client, reply: { type: 'cancelled', task, answer } })
      return
    }
    const ask = this.#register({ kind: 'cancel', client, task, keeper }, now + this.#config.cancelMsMax)
    out.push({ type: 'send', to: keeper, message: { t: 'cancel', ask, task, reason } })
  }

  #onList(input: Extract<DeskInput, { type: 'list' }>, now: Millis, out: Out): void {
    const { client, query, everywhere } = input
    if (this.#full) {
      out.push({ type: 'reply', client, reply: { type: 'listed', tasks: [], total: 0, missing: [this.#self] } })
      return
    }
    const peers = everywhere ? this.#view.reachablePeers() : [this.#self]
    const waitingFor = new Set(peers)
    const ask = this.#register(
      { kind: 'list', client, limit: query.limit, waitingFor, tasks: [], total: 0 },
      now + this.#config.answerMsMax,
    )
    for (const to of peers) out.push({ type: 'send', to, message: { t: 'list', ask, ...query } })
  }

  #onFollow(input: Extract<DeskInput, { type: 'follow' }>, now: Millis, out: Out): void {
    const { client, task } = input
    const { keeper, reachable } = this.#keeperOf(task)
    if (keeper === undefined || !reachable || this.#full) {
      out.push({ type: 'reply', client, reply: { type: 'outputEnd', task } })
      return
    }
    this.#begin({ kind: 'follow', client, task, keeper, bearer: undefined }, this.#config.watchAgainMs, now, out)
  }

  // ---- answers

  #onMessage(from: PeerId, message: DeskMessage, now: Millis, out: Out): void {
    const ask = this.#asks.get(message.ask)
    if (!ask) return
    if (message.t === 'view' && ask.kind === 'query' && from === ask.keeper) this.#onView(message, ask, now, out)
    if (message.t === 'view' && ask.kind === 'follow' && from === ask.keeper) {
      this.#deadlines.set(message.ask, now + this.#config.watchAgainMs)
      this.#onFollowedView(message, ask, out)
    }
    if (message.t === 'cancelled' && ask.kind === 'cancel' && from === ask.keeper) {
      this.#end(message.ask)
      out.push({
        type: 'reply',
        client: ask.client,
        reply: { type: 'cancelled', task: ask.task, answer: message.answer },
      })
    }
    if (message.t === 'listed' && ask.kind === 'list') this.#onListed(from, message, ask, out)
    if (message.t === 'output' && ask.kind === 'follow' && from === ask.bearer) this.#onOutput(message, ask, out)
  }

  #onView(message: MessageOf<'view'>, ask: Extract<Ask, { kind: 'query' }>, now: Millis, out: Out): void {
    const { view } = message
    const { client, task } = ask
    out.push({ type: 'reply', client, reply: { type: 'view', task, view, reachable: true } })
    ask.answered = true
    if (!ask.watch || !view || view.state === 'closed') this.#end(message.ask)
    else this.#deadlines.set(message.ask, now + this.#config.watchAgainMs)
  }

  /** Reads from whoever runs it now; a new run is read from its start. */
  #onFollowedView(message: MessageOf<'view'>, ask: Extract<Ask, { kind: 'follow' }>, out: Out): void {
    const { view } = message
    const { client, task } = ask
    if (!view || view.state === 'closed') {
      this.#end(message.ask)
      out.push({ type: 'reply', client, reply: { type: 'outputEnd', task } })
      return
    }
    const runs = view.state === 'running' || view.state === 'queued'
    if (!runs || view.bearer === undefined) return
    // The same peer under another ballot runs it again: its earlier life may have died without a word.
    if (view.bearer === ask.bearer && ask.ballot && compareBallots(view.ballot, ask.ballot) === 0) return
    ask.bearer = view.bearer
    ask.ballot = view.ballot
    out.push({ type: 'send', to: view.bearer, message: { t: 'follow', ask: message.ask, task, stdout: 0, stderr: 0 } })
  }

  #onOutput(message: MessageOf<'output'>, ask: Extract<Ask, { kind: 'follow' }>, out: Out): void {
    const { stream, offset, data, end } = message
    const { task } = ask
    if (data.length > 0 || !end) {
      out.push({ type: 'reply', client: ask.client, reply: { type: 'output', task, stream, offset, data } })
    }
    if (end) ask.bearer = undefined
  }

  #onListed(from: PeerId, message: MessageOf<'listed'>, ask: Extract<Ask, { kind: 'list' }>, out: Out): void {
    if (!ask.waitingFor.delete(from)) return
    // Of its own tasks alone: nobody speaks for another keeper.
    const own = message.tasks.filter(({ id }) => this.#view.peerByTag(originTagOf(id)) === from)
    ask.tasks.push(...own)
    ask.total += Math.max(own.length, message.total - (message.tasks.length - own.length))
    if (ask.waitingFor.size === 0) this.#finishList(message.ask, ask, out)
  }

  #finishList(id: number, ask: Extract<Ask, { kind: 'list' }>, out: Out): void {
    this.#end(id)
    const tasks = ask.tasks.sort((a, b) => b.submittedWallMs - a.submittedWallMs || (a.id < b.id ? -1 : 1))
    const missing = [...ask.waitingFor].sort()
    const reply: Reply = { type: 'listed', tasks: tasks.slice(0, ask.limit), total: ask.total, missing }
    out.push({ type: 'reply', client: ask.client, reply })
  }

  // ---- asks

  get #full(): boolean {
    return this.#asks.size >= this.#config.asksMax
  }

  #register(ask: Ask, deadlineMs: Millis): number {
    const id = this.#next++
    this.#asks.set(id, ask)
    this.#deadlines.set(id, deadlineMs)
    return id
  }

  #begin(ask: Extract<Ask, { kind: 'query' | 'follow' }>, deadlineMs: Millis, now: Millis, out: Out): void {
    const id = this.#register(ask, now + deadlineMs)
    const watch = ask.kind === 'follow' || ask.watch
    out.push({ type: 'send', to: ask.keeper, message: { t: 'query', ask: id, task: ask.task, watch } })
  }

  #end(id: number): void {
    this.#asks.delete(id)
    this.#deadlines.delete(id)
  }

  #onWake(now: Millis, out: Out): void {
    for (let id = this.#deadlines.popDue(now); id !== undefined; id = this.#deadlines.popDue(now)) {
      const ask = this.#asks.get(id)
      if (ask) this.#onDeadline(id, ask, now, out)
    }
  }

  #onDeadline(id: number, ask: Ask, now: Millis, out: Out): void {
    const { client } = ask
    if (ask.kind === 'list') this.#finishList(id, ask, out)
    else if (ask.kind === 'cancel') {
      this.#end(id)
      const answer = this.#view.reachable(ask.keeper) ? 'stopping' : 'unreachable'
      out.push({ type: 'reply', client, reply: { type: 'cancelled', task: ask.task, answer } })
    } else this.#askAgain(id, ask, now, out)
  }

  /** A watch that was not answered, or is due to be renewed; a plain question ends here. */
  #askAgain(id: number, ask: Extract<Ask, { kind: 'query' | 'follow' }>, now: Millis, out: Out): void {
    const { client, task, keeper } = ask
    const reachable = keeper === this.#self || this.#view.reachable(keeper)
    const watch = ask.kind === 'follow' || ask.watch
    if (ask.kind === 'query') {
      const late = !ask.answered || !reachable
      ask.answered = false
      if (late) out.push({ type: 'reply', client, reply: { type: 'view', task, view: undefined, reachable: false } })
    }
    if (!watch) {
      this.#end(id)
      return
    }
    this.#deadlines.set(id, now + this.#config.answerMsMax)
    if (reachable) out.push({ type: 'send', to: keeper, message: { t: 'query', ask: id, task, watch: true } })
  }
}
