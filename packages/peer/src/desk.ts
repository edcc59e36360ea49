import type { Machine, Millis } from '@souk/kernel'
import { compareBallots, type MessageOf, type PeerId, type TaskId } from '@souk/wire'
import { Asks, isOfAnother } from './asks.ts'
import type { DeskConfig } from './desk-config.ts'
import type {
  Ask,
  Asked,
  Cancel,
  DeskEffect,
  DeskInput,
  DeskMessage,
  DeskView,
  Follow,
  List,
  Query,
} from './desk-io.ts'
import type { Reply } from './effects.ts'
import type { ClientRef } from './inputs.ts'
import { Listing } from './listing.ts'
import { newSearch, sendOn } from './search.ts'

type Out = DeskEffect[]

/**
 * Answers local clients' questions about tasks anywhere (query, watch, cancel, list, follow). It asks the peers that the task's
 * id makes its custodians, then all others, one after the other.
 *
 * Inputs: clients' questions and other peers' answers. Effects: messages and replies. Every question ends: by its
 * answer, by its deadline, or when its client is gone. Bound: asksMax.
 */
export class Desk implements Machine<DeskInput, DeskEffect> {
  readonly #config: DeskConfig
  readonly #self: PeerId
  readonly #view: DeskView
  readonly #asks: Asks

  constructor(config: DeskConfig, { self, view }: { self: PeerId; view: DeskView }) {
    this.#config = config
    this.#asks = new Asks(config.asksMax)
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
        for (const [ask, { client }] of this.#asks.all()) if (client === input.client) this.#asks.end(ask)
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
    return this.#asks.nextWakeup()
  }

  snapshot() {
    return { asks: this.#asks.size }
  }

  // ---- clients

  #onQuery(input: Extract<DeskInput, { type: 'query' }>, now: Millis, out: Out): void {
    const { client, task, watch } = input
    if (this.#asks.full) {
      const reply: Reply = { type: 'view', task, view: undefined, reachable: false }
      out.push({ type: 'reply', client, reply })
      return
    }
    this.#begin({ kind: 'query', ...this.#asked(client, task), watch, awayTold: false }, now, out)
  }

  #onCancel(input: Extract<DeskInput, { type: 'cancel' }>, now: Millis, out: Out): void {
    const { client, task, type: _, ...said } = input
    if (this.#asks.full) out.push({ type: 'reply', client, reply: { type: 'cancelled', task, answer: 'unreachable' } })
    else {
      const byMs = now + this.#config.cancelMsMax
      this.#begin({ kind: 'cancel', ...this.#asked(client, task), said, byMs }, now, out)
    }
  }

  #onList(input: Extract<DeskInput, { type: 'list' }>, now: Millis, out: Out): void {
    const { client, query, everywhere } = input
    if (this.#asks.full) {
      out.push({ type: 'reply', client, reply: { type: 'listed', tasks: [], total: 0, missing: [this.#self] } })
      return
    }
    const { peers, away } = this.#view.askable()
    const asked = everywhere ? peers : [this.#self]
    // `without` counts as away: a list of this peer alone then tells all that it keeps, whoever else keeps it too.
    const without = everywhere ? away : [...peers, ...away].filter((peer) => peer !== this.#self)
    const list: List = { kind: 'list', client, listing: new Listing(asked, query.limit) }
    const ask = this.#asks.add(list, now + this.#config.answerMsMax)
    for (const to of asked) out.push({ type: 'send', to, message: { t: 'list', ask, ...query, without } })
  }

  #onFollow(input: Extract<DeskInput, { type: 'follow' }>, now: Millis, out: Out): void {
    const { client, task } = input
    if (this.#asks.full) out.push({ type: 'reply', client, reply: { type: 'outputEnd', task } })
    else this.#begin({ kind: 'follow', ...this.#asked(client, task), bearer: undefined }, now, out)
  }

  #asked(client: ClientRef, task: TaskId): Asked {
    return { client, task, ...newSearch(this.#view.whoKnows(task).peers) }
  }

  // ---- answers

  #onMessage(from: PeerId, message: DeskMessage, now: Millis, out: Out): void {
    if (message.t === 'moved') {
      this.#onMoved(from, message, now, out)
      return
    }
    const ask = this.#asks.get(message.ask)
    if (!ask || isOfAnother(ask, message)) return
    if (message.t === 'view' && ask.kind === 'query' && from === ask.keeper) this.#onView(message, ask, now, out)
    if (message.t === 'view' && ask.kind === 'follow' && from === ask.keeper) {
      this.#onFollowedView(message, ask, now, out)
    }
    if (message.t === 'cancelled' && ask.kind === 'cancel' && from === ask.keeper) {
      if (message.answer === 'unknown') this.#askNext(message.ask, ask, now, out)
      else if (message.answer === 'stopping') ask.answered = true
      else this.#endCancel(message.ask, ask, message.answer, out)
    }
    if (message.t === 'listed' && ask.kind === 'list' && ask.listing.onListed(from, message))
      this.#finishList(message.ask, ask, out)
    if (message.t === 'output' && ask.kind === 'follow' && from === ask.bearer) this.#onOutput(message, ask, out)
  }

  #endCancel(id: number, { client, task }: Cancel, answer: MessageOf<'cancelled'>['answer'] | 'unreachable', out: Out) {
    this.#asks.end(id)
    out.push({ type: 'reply', client, reply: { type: 'cancelled', task, answer } })
  }

  #onView(message: MessageOf<'view'>, ask: Query, now: Millis, out: Out): void {
    const { view } = message
    const { client, task } = ask
    if (!view) {
      this.#askNext(message.ask, ask, now, out)
      return
    }
    out.push({ type: 'reply', client, reply: { type: 'view', task, view, reachable: true } })
    ask.answered = true
    ask.awayTold = false
    if (!ask.watch || view.state === 'closed') this.#asks.end(message.ask)
    else this.#asks.wait(message.ask, now + this.#config.watchAgainMs)
  }

  /** The peer that was asked says that others keep the task now: they are asked next. */
  #onMoved(from: PeerId, message: MessageOf<'moved'>, now: Millis, out: Out): void {
    for (const [id, ask] of this.#asks.all()) {
      if (ask.kind === 'list' || ask.task !== message.task || ask.keeper !== from) continue
      // A keeper that has answered and is a custodian of the new set as well goes on with the cancel there.
      if (ask.kind === 'cancel' && ask.answered && message.custodians.includes(from)) continue
      sendOn(ask, message, (peer) => this.#view.reachable(peer))
      this.#askNext(id, ask, now, out)
    }
  }

  /** Follows the output at the bearer that runs the task now; a new run is read from its start. */
  #onFollowedView(message: MessageOf<'view'>, ask: Follow, now: Millis, out: Out): void {
    const { view } = message
    const { client, task } = ask
    if (!view) {
      this.#askNext(message.ask, ask, now, out)
      return
    }
    ask.answered = true
    this.#asks.wait(message.ask, now + this.#config.watchAgainMs)
    if (view.state === 'closed') {
      this.#asks.end(message.ask)
      out.push({ type: 'reply', client, reply: { type: 'outputEnd', task } })
      return
    }
    const runs = view.state === 'running' || view.state === 'queued'
    if (!runs || view.bearer === undefined) return
    // The same bearer under another ballot is another run: the earlier life of that peer may have died without a word.
    if (view.bearer === ask.bearer && ask.ballot && compareBallots(view.ballot, ask.ballot) === 0) return
    ask.bearer = view.bearer
    ask.ballot = view.ballot
    out.push({ type: 'send', to: view.bearer, message: { t: 'follow', ask: message.ask, task, stdout: 0, stderr: 0 } })
  }

  #onOutput(message: MessageOf<'output'>, ask: Follow, out: Out): void {
    const { stream, offset, data, end } = message
    const { task } = ask
    if (data.length > 0 || !end) {
      out.push({ type: 'reply', client: ask.client, reply: { type: 'output', task, stream, offset, data } })
    }
    if (end) ask.bearer = undefined
  }

  #finishList(id: number, { client, listing }: List, out: Out): void {
    this.#asks.end(id)
    out.push({ type: 'reply', client, reply: listing.reply() })
  }

  // ---- asks

  #begin(ask: Query | Cancel | Follow, now: Millis, out: Out): void {
    this.#askNext(this.#asks.add(ask, now), ask, now, out)
  }

  /** Puts the question to the next peer that may know; if none is left, that is the answer. */
  #askNext(id: number, ask: Query | Cancel | Follow, now: Millis, out: Out): void {
    const { task } = ask
    ask.keeper = ask.left.shift()
    ask.answered = false
    if (ask.keeper === undefined) {
      this.#onNobody(id, ask, now, out)
      return
    }
    this.#asks.wait(id, now + this.#config.answerMsMax)
    const to = ask.keeper
    if (ask.kind === 'cancel') out.push({ type: 'send', to, message: { t: 'cancel', ask: id, task, ...ask.said } })
    else {
      const watch = ask.kind === 'follow' || ask.watch
      out.push({ type: 'send', to, message: { t: 'query', ask: id, task, watch } })
    }
  }

  /** No peer that can be asked knows the task. A watch or follow goes on if a likely custodian cannot be asked now. */
  #onNobody(id: number, ask: Query | Cancel | Follow, now: Millis, out: Out): void {
    const { client, task } = ask
    // Looked up anew: peers that could be asked when the search began may be gone.
    const away = this.#view.whoKnows(task).away.length > 0
    if (ask.kind === 'cancel') {
      this.#endCancel(id, ask, away ? 'unreachable' : 'unknown', out)
      return
    }
    const goesOn = away && (ask.kind === 'follow' || ask.watch)
    if (goesOn) this.#asks.wait(id, now + this.#config.answerMsMax)
    else this.#asks.end(id)
    if (ask.kind === 'query') {
      const reply: Reply = { type: 'view', task, view: undefined, reachable: !away }
      if (!ask.awayTold) out.push({ type: 'reply', client, reply })
      ask.awayTold = true
    } else if (!goesOn) out.push({ type: 'reply', client, reply: { type: 'outputEnd', task } })
  }

  #onWake(now: Millis, out: Out): void {
    for (let id = this.#asks.popDue(now); id !== undefined; id = this.#asks.popDue(now)) {
      const ask = this.#asks.get(id)
      if (ask) this.#onDeadline(id, ask, now, out)
    }
  }

  #onDeadline(id: number, ask: Ask, now: Millis, out: Out): void {
    if (ask.kind === 'list') this.#finishList(id, ask, out)
    else if (ask.kind === 'cancel') this.#onCancelDeadline(id, ask, now, out)
    else if (!ask.answered && ask.left.length > 0) this.#askNext(id, ask, now, out)
    else this.#askAgain(id, ask, now, out)
  }

  /** A keeper that has said it is stopping the task is waited for; one that is silent or gone is passed over for the next. */
  #onCancelDeadline(id: number, ask: Cancel, now: Millis, out: Out): void {
    const seesToIt = ask.answered && ask.keeper !== undefined && this.#view.reachable(ask.keeper)
    if (now >= ask.byMs) this.#endCancel(id, ask, seesToIt ? 'stopping' : 'unreachable', out)
    else if (seesToIt) this.#asks.wait(id, Math.min(ask.byMs, now + this.#config.answerMsMax))
    else this.#askNext(id, ask, now, out)
  }

  /** Renews a watch or follow from the start; a plain query ends as unreachable. */
  #askAgain(id: number, ask: Query | Follow, now: Millis, out: Out): void {
    if (ask.kind === 'query' && !ask.watch) {
      this.#asks.end(id)
      const reply: Reply = { type: 'view', task: ask.task, view: undefined, reachable: false }
      out.push({ type: 'reply', client: ask.client, reply })
      return
    }
    ask.left = this.#asked(ask.client, ask.task).left
    this.#askNext(id, ask, now, out)
  }
}
