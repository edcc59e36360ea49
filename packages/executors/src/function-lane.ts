import { MessageChannel, type MessagePort, receiveMessageOnPort, type Worker } from 'node:worker_threads'
import type { Piscina } from 'piscina'
import type { LaneAnswer, LaneAsk } from './function-call.ts'

interface Asked {
  resolve(value: unknown): void
  reject(error: unknown): void
}

/**
 * One worker thread, held as one long task of Piscina's, with a port of its own: what is asked of it costs a message each
 * way. As a task of Piscina's each call cost 15 µs of the peer's main thread and as much elsewhere. Its thread may still be
 * starting: what is asked waits for it. One question at a time.
 */
export class FunctionLane {
  readonly #pool: Piscina
  readonly #port: MessagePort
  readonly #abort = new AbortController()
  #asked: Asked | undefined
  #lost = false
  /** when it was last given back, monotonic ms */
  usedMs = 0

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
    pool.run(port2, options).then(() => ended(new Error('its thread was given back')), ended)
  }

  /** Rejects when it is refused, or when its thread dies. */
  ask(question: LaneAsk): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#lost) {
        reject(new Error('its thread has ended'))
        return
      }
      this.#asked = { resolve, reject }
      this.#port.postMessage(question)
    })
  }

  /** Nothing more will be asked: its thread ends. */
  giveBack(): void {
    this.#port.postMessage({ ask: 'end' } satisfies LaneAsk)
  }

  /** Ends its thread, whatever it does; resolves once that is gone. Aborting makes Piscina terminate it. */
  async terminate(): Promise<void> {
    const before: Worker[] = this.#pool.threads
    this.#abort.abort()
    const after = new Set(this.#pool.threads)
    await Promise.all(before.filter((thread) => !after.has(thread)).map(exited))
  }

  #onAnswer(answer: LaneAnswer): void {
    const asked = this.#asked
    this.#asked = undefined
    if ('error' in answer) asked?.reject(answer.error)
    else asked?.resolve(answer.value)
  }

  #end(error: unknown): void {
    // It may have answered just before.
    const last = this.#lost ? undefined : receiveMessageOnPort(this.#port)
    this.#lost = true
    if (last) this.#onAnswer(last.message as LaneAnswer)
    this.#port.close()
    this.#asked?.reject(error)
    this.#asked = undefined
  }
}

function exited(thread: Worker): Promise<void> {
  return new Promise((resolve) => thread.once('exit', () => resolve()))
}
