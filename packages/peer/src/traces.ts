import { Deadlines, type Machine, type Millis } from '@souk/kernel'
import { limits, type MessageOf, type PeerId } from '@souk/wire'
import type { ClientRef, PeerInput } from './inputs.ts'
import { type ToldTrace, TraceGathering } from './trace-gathering.ts'
import type { TracePart, TraceReading } from './trace-log.ts'

/** What the traces must know of this and other peers. */
export interface TracesView {
  /** members that can be asked, this peer included, by id; and members that cannot */
  askable(): { peers: PeerId[]; away: PeerId[] }
  /** reads this peer's own trace */
  read(what: TraceReading, now: Millis): TracePart
}

export type TracesInput =
  | { type: 'wake' }
  | Extract<PeerInput, { type: 'readTrace' }>
  | { type: 'gone'; client: ClientRef }
  | { type: 'message'; from: PeerId; message: MessageOf<'askTrace' | 'traced'> }

export type TracesEffect =
  | { type: 'send'; to: PeerId; message: MessageOf<'askTrace' | 'traced'> }
  | { type: 'reply'; client: ClientRef; told: ToldTrace | undefined }

/** a peer that has not answered by then is named as missing */
const answerMsMax = 1_500
/** questions of local clients at once; each may hold up to charsAskedMax */
const asksMax = 32
/** characters of all answers to one question, divided among the peers asked, of which each gets at least charsEachMin */
const charsAskedMax = 8 * 1024 * 1024
const charsEachMin = 16 * 1024

interface Ask {
  client: ClientRef
  gathering: TraceGathering
}

/**
 * Reads the trace of the whole mesh for local clients: asks all members that can be asked for what each has kept, and answers
 * such questions of other peers. Nothing is kept of another peer's trace.
 *
 * Every question ends, by its answers or after answerMsMax. Bound: asksMax. Inputs: questions, answers. Effects: messages,
 * replies.
 */
export class Traces implements Machine<TracesInput, TracesEffect> {
  readonly #view: TracesView
  readonly #asks = new Map<number, Ask>()
  readonly #over = new Deadlines<number>()
  #next = 1

  constructor(view: TracesView) {
    this.#view = view
  }

  step(input: TracesInput, now: Millis, out: TracesEffect[]): void {
    switch (input.type) {
      case 'readTrace':
        this.#onRead(input, now, out)
        break
      case 'message':
        this.#onMessage(input.from, input.message, now, out)
        break
      case 'gone':
        for (const [id, { client }] of this.#asks) if (client === input.client) this.#forget(id)
        break
      case 'wake':
        for (let id = this.#over.popDue(now); id !== undefined; id = this.#over.popDue(now)) this.#end(id, out)
        break
    }
  }

  nextWakeup(): Millis | undefined {
    return this.#over.next()
  }

  snapshot() {
    return { traceAsks: this.#asks.size }
  }

  #onRead(input: Extract<TracesInput, { type: 'readTrace' }>, now: Millis, out: TracesEffect[]): void {
    const { client, filter, sinces, limit } = input
    if (this.#asks.size >= asksMax) {
      out.push({ type: 'reply', client, told: undefined })
      return
    }
    const { peers, away } = this.#view.askable()
    const ask = this.#next++
    this.#asks.set(ask, { client, gathering: new TraceGathering(peers, away, limit) })
    this.#over.set(ask, now + answerMsMax)
    const each = Math.max(charsEachMin, Math.floor(charsAskedMax / peers.length))
    const charsMax = Math.min(limits.traceCharsMax, each)
    for (const to of peers) {
      const sinceWallMs = sinces?.get(to)
      const its = sinceWallMs === undefined ? filter : { ...filter, sinceWallMs }
      out.push({ type: 'send', to, message: { t: 'askTrace', ask, filter: its, limit, charsMax } })
    }
  }

  #onMessage(from: PeerId, message: MessageOf<'askTrace' | 'traced'>, now: Millis, out: TracesEffect[]): void {
    if (message.t === 'askTrace') {
      const part = this.#view.read(message, now)
      out.push({ type: 'send', to: from, message: { t: 'traced', ask: message.ask, ...part } })
    } else if (this.#asks.get(message.ask)?.gathering.onTold(from, message)) this.#end(message.ask, out)
  }

  #end(id: number, out: TracesEffect[]): void {
    const ask = this.#asks.get(id)
    if (!ask) return
    this.#forget(id)
    out.push({ type: 'reply', client: ask.client, told: ask.gathering.told() })
  }

  #forget(id: number): void {
    this.#asks.delete(id)
    this.#over.delete(id)
  }
}
