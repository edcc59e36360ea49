import type { AddressInfo } from 'node:net'
import { createServer, connect as dial, type Server, type Socket } from 'node:net'

/** A TCP relay in front of a server, so that connections can be cut while both ends live. */
export class Relay {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  readonly #port: number
  #paused = false
  url = ''

  constructor(port: number) {
    this.#port = port
    this.#server = createServer((near) => {
      if (this.#paused) return near.destroy()
      const far = dial(this.#port, '127.0.0.1')
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#sockets.add(from)
        from.on('error', () => to.destroy())
        from.on('close', () => {
          this.#sockets.delete(from)
          to.destroy()
        })
        from.pipe(to)
      }
      return undefined
    })
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
    return this
  }

  /** Cuts every connection; new ones are taken again at once. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  /** Cuts every connection and refuses new ones until `heal`. */
  part(): void {
    this.#paused = true
    this.cut()
  }

  heal(): void {
    this.#paused = false
  }

  async close(): Promise<void> {
    this.cut()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}
