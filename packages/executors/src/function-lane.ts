import { MessageChannel, type MessagePort, receiveMessageOnPort, type Worker } from 'node:worker_threads'
import type { Piscina } from 'piscina'
import { CallClaims } from './call-claims.ts'
import {
  type FunctionAnswer,
  type FunctionCall,
  type LaneAnswer,
  type LaneAsk,
  type LaneStart,
  sharedNowMs,
} from './function-call.ts'

/** Calls that a thread has beside the one at work, so that it is not idle before this turn of the event loop is over. */
const sentEnough = 2

interface Asked {
  /** of a call */
  turn: number | undefined
  heard(answer: LaneAnswer): void
}

/**
 * One worker thread, held as one long task of Piscina's, with a port of its own: what is asked of it costs a message each
 * way at most. As a task of Piscina's each call cost 15 µs of the peer's main thread and as much elsewhere. Its thread may
 * still be starting: what is asked waits for it. It answers one question after the other, in the order in which they were asked.
 */
export class FunctionLane {
  readonly #pool: Piscina
  readonly #port: MessagePort
  readonly #abort = new AbortController()
  readonly #claims = new CallClaims()
  readonly #asked: Asked[] = []
  /** to be sent at the end of this turn of the event loop */
  #unsent: LaneAsk[] = []
  /** resolves once what was asked is refused, since its thread is gone */
  readonly #ended: Promise<void>
  #lost = false
  #turns = 0
  /** when it was last given back, monotonic ms */
  usedMs = 0

  /** `onLost`: its thread is gone, or going; it must not be asked any more. */
  constructor(pool: Piscina, onLost: (lane: FunctionLane) => void) {
    this.#pool = pool
    const { port1, port2 } = new MessageChannel()
    this.#port = port1
    port1.on('message', (answer: LaneAnswer) => this.#onAnswer(answer))
    const options = { name: 'serve', transferList: [port2], signal: this.#abort.signal }
    const ended = (error: Error) => {
      onLost(this)
      this.#end(error)
    }
    const start: LaneStart = { port: port2, claims: this.#claims.shared }
    this.#ended = pool.run(start, options).then(() => ended(new Error('its thread was given back')), ended)
  }

  /** It has answered everything. */
  get idle(): boolean {
    return this.#asked.length === 0
  }

  /** Rejects when it is refused, or when its thread dies. */
  ask(question: Exclude<LaneAsk, { ask: 'run' | 'end' }>): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#lost) reject(new Error('its thread has ended'))
      else this.#ask(question, { turn: undefined, heard: (answer) => settle(answer, resolve, reject) })
    })
  }

  /**
   * A call, in its turn, whose number this returns; undefined: too many are known here, or its thread is gone. `over` is called
   * once, later on, unless it is taken back.
   */
  run(
    call: Omit<FunctionCall, 'turn' | 'sentMs'>,
    over: (answer: LaneAnswer<FunctionAnswer>) => void,
  ): number | undefined {
    const turn = this.#turns
    if (this.#lost || !this.#claims.put(turn)) return undefined
    this.#turns++
    const heard = over as Asked['heard']
    this.#ask({ ask: 'run', call: { ...call, turn, sentMs: sharedNowMs() } }, { turn, heard })
    return turn
  }

  /** True: it has not begun, and never will. */
  takeBack(turn: number): boolean {
    if (!this.#claims.takeBack(turn)) return false
    const at = this.#asked.findIndex((asked) => asked.turn === turn)
    if (at >= 0) this.#asked.splice(at, 1)
    return true
  }

  /** Its thread does nothing any more once this call is over, and is to be terminated. False: it is over. */
  revoke(turn: number): boolean {
    return this.#claims.revoke(turn)
  }

  /** It has begun, or will; false: its thread has come to it too late, or is gone, and says so. */
  begins(turn: number): boolean {
    return !this.#lost && !this.#claims.isRevoked(turn)
  }

  /** Nothing more will be asked: its thread ends. */
  giveBack(): void {
    this.#send({ ask: 'end' })
  }

  /** Ends its thread, whatever it does; resolves once that is gone, and all refused. Aborting makes Piscina terminate it. */
  async terminate(): Promise<void> {
    const before: Worker[] = this.#pool.threads
    this.#abort.abort()
    const after = new Set(this.#pool.threads)
    await Promise.all([this.#ended, ...before.filter((thread) => !after.has(thread)).map(exited)])
  }

  #ask(question: LaneAsk, asked: Asked): void {
    this.#asked.push(asked)
    this.#send(question)
  }

  /** At once where its thread may have nothing else to do; else with all that this turn of the event loop still brings. */
  #send(question: LaneAsk): void {
    this.#unsent.push(question)
    const sent = this.#asked.length - this.#unsent.length
    if (sent < sentEnough) this.#flush()
    else if (this.#unsent.length === 1) setImmediate(() => this.#flush())
  }

  #flush(): void {
    if (this.#unsent.length === 0) return
    this.#port.postMessage(this.#unsent)
    this.#unsent = []
  }

  #onAnswer(answer: LaneAnswer): void {
    const asked = this.#asked.shift()
    if (this.#asked.length === this.#unsent.length) this.#flush()
    asked?.heard(answer)
  }

  #end(error: Error): void {
    // It may have answered just before.
    if (!this.#lost) this.#hearLast()
    this.#lost = true
    this.#port.close()
    for (const { heard } of this.#asked.splice(0)) heard({ error })
  }

  #hearLast(): void {
    for (let last = receiveMessageOnPort(this.#port); last; last = receiveMessageOnPort(this.#port)) {
      this.#onAnswer(last.message as LaneAnswer)
    }
  }
}

function settle(answer: LaneAnswer, resolve: (value: unknown) => void, reject: (error: Error) => void): void {
  if ('value' in answer) resolve(answer.value)
  else reject('error' in answer ? answer.error : new Error('it has not begun'))
}

function exited(thread: Worker): Promise<void> {
  return new Promise((resolve) => thread.once('exit', () => resolve()))
}
