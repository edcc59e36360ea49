import { MessageChannel, type MessagePort, receiveMessageOnPort, type Worker } from 'node:worker_threads'
import type { Piscina } from 'piscina'
import { CallClaims } from './call-claims.ts'
import type { FunctionAnswer, FunctionCall, LaneAnswer, LaneAsk, LaneStart } from './function-call.ts'

interface Asked {
  /** of a call */
  turn: number | undefined
  resolve(value: unknown): void
  reject(error: unknown): void
}

/**
 * One worker thread, held as one long task of Piscina's, with a port of its own: what is asked of it costs a message each
 * way. As a task of Piscina's each call cost 15 µs of the peer's main thread and as much elsewhere. Its thread may still be
 * starting: what is asked waits for it. It answers one question after the other, in the order in which they were asked.
 */
export class FunctionLane {
  readonly #pool: Piscina
  readonly #port: MessagePort
  readonly #abort = new AbortController()
  readonly #claims = new CallClaims()
  readonly #asked: Asked[] = []
  /** resolves once what was asked is refused, since its thread is gone */
  readonly #ended: Promise<void>
  #lost = false
  #turns = 0
  /** when it was last given back, monotonic ms */
  usedMs = 0
  /** resolves once all that was asked of it is over, and was told */
  last: Promise<void> = Promise.resolve()

  /** `onLost`: its thread is gone, or going; it must not be asked any more. */
  constructor(pool: Piscina, onLost: (lane: FunctionLane) => void) {
    this.#pool = pool
    const { port1, port2 } = new MessageChannel()
    this.#port = port1
    port1.on('message', (answer: LaneAnswer) => this.#onAnswer(answer))
    const options = { name: 'serve', transferList: [port2], signal: this.#abort.signal }
    const ended = (error: unknown) => {
      this.#end(error)
      onLost(this)
    }
    const start: LaneStart = { port: port2, claims: this.#claims.shared }
    this.#ended = pool.run(start, options).then(() => ended(new Error('its thread was given back')), ended)
  }

  /** It has answered everything. */
  get idle(): boolean {
    return this.#asked.length === 0
  }

  /** Its thread is gone, and what it was asked refused. */
  get lost(): boolean {
    return this.#lost
  }

  /** Rejects when it is refused, or when its thread dies. */
  ask(question: Exclude<LaneAsk, { ask: 'run' | 'end' }>): Promise<unknown> {
    return this.#ask(question, undefined)
  }

  /** A call, in its turn, with the number of that. Rejects when it is taken back. undefined: too many are known here. */
  run(call: Omit<FunctionCall, 'turn' | 'sentMs'>): { turn: number; answer: Promise<FunctionAnswer> } | undefined {
    const turn = this.#turns
    if (!this.#claims.put(turn)) return undefined
    this.#turns++
    const sentMs = performance.timeOrigin + performance.now()
    const answer = this.#ask({ ask: 'run', call: { ...call, turn, sentMs } }, turn)
    return { turn, answer: answer as Promise<FunctionAnswer> }
  }

  /** True: it has not begun, and never will. */
  takeBack(turn: number): boolean {
    if (!this.#claims.takeBack(turn)) return false
    const at = this.#asked.findIndex((asked) => asked.turn === turn)
    // What follows it waits for this, too.
    if (at >= 0) this.#asked.splice(at, 1)[0]!.reject(new Error('it was taken back'))
    return true
  }

  /** Its thread does nothing any more once this call is over, and is to be terminated. False: it is over. */
  revoke(turn: number): boolean {
    return this.#claims.revoke(turn)
  }

  /** Nothing more will be asked: its thread ends. */
  giveBack(): void {
    this.#port.postMessage({ ask: 'end' } satisfies LaneAsk)
  }

  /** Ends its thread, whatever it does; resolves once that is gone, and all refused. Aborting makes Piscina terminate it. */
  async terminate(): Promise<void> {
    const before: Worker[] = this.#pool.threads
    this.#abort.abort()
    const after = new Set(this.#pool.threads)
    await Promise.all([this.#ended, ...before.filter((thread) => !after.has(thread)).map(exited)])
  }

  #ask(question: LaneAsk, turn: number | undefined): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#lost) {
        reject(new Error('its thread has ended'))
        return
      }
      this.#asked.push({ turn, resolve, reject })
      this.#port.postMessage(question)
    })
  }

  #onAnswer(answer: LaneAnswer): void {
    const asked = this.#asked.shift()
    if ('error' in answer) asked?.reject(answer.error)
    else asked?.resolve(answer.value)
  }

  #end(error: unknown): void {
    // It may have answered just before.
    if (!this.#lost) this.#hearLast()
    this.#lost = true
    this.#port.close()
    for (const { reject } of this.#asked.splice(0)) reject(error)
  }

  #hearLast(): void {
    for (let last = receiveMessageOnPort(this.#port); last; last = receiveMessageOnPort(this.#port)) {
      this.#onAnswer(last.message as LaneAnswer)
    }
  }
}

function exited(thread: Worker): Promise<void> {
  return new Promise((resolve) => thread.once('exit', () => resolve()))
}
