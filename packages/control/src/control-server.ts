import type { AddressInfo } from 'node:net'
import { CodedError } from '@souk/runtime'
import type { FastifyInstance } from 'fastify'
import { AppliedPlans } from './analysis/applied-plans.ts'
import { buildApp } from './app.ts'
import { AttachedAgents } from './attached-agents.ts'
import { BlobFinder } from './blob-finder.ts'
import { ConsoleSessions } from './console/console-sessions.ts'
import { LoginCodes } from './console/login-codes.ts'
import { EventWriters } from './event-writers.ts'
import type { ControlParts } from './handlers.ts'
import type { ControlOptions, ListenOptions } from './options.ts'
import { Sessions } from './sessions.ts'
import { Submits } from './submits.ts'
import { TaskFinder } from './task-finder.ts'
import { TraceStore } from './trace-store.ts'

const loopbackHosts = new Set(['127.0.0.1', '::1', 'localhost'])

/** The API's server: any number of listeners over one peer. */
export class ControlServer {
  readonly #parts: ControlParts
  readonly #apps: FastifyInstance[] = []

  constructor(options: ControlOptions) {
    const submits = new Submits(options.handle)
    const finder = new TaskFinder(options.handle, () => submits.last)
    this.#parts = {
      options,
      submits,
      finder,
      sessions: new Sessions(options.handle, (reply) => submits.onReply(reply)),
      blobs: new BlobFinder(options, finder),
      agents: new AttachedAgents(options.agents),
      writers: new EventWriters(),
      console: new ConsoleSessions(options.sessionKey, options.handle.self),
      loginCodes: new LoginCodes(),
      trace: new TraceStore(options.handle),
      applied: new AppliedPlans(),
    }
  }

  /**
   * Opens one listener and resolves with where it listens. Rejects with CodedError `tls-required` for plain HTTP
   * off loopback, `port-in-use`, or `listen-failed`.
   */
  async listen({ host, port, tls }: ListenOptions): Promise<{ url: string; port: number }> {
    const loopback = loopbackHosts.has(host)
    if (!loopback && !tls) {
      throw new CodedError(
        'tls-required',
        `the API would listen on ${host} without TLS; give it a certificate, or listen on 127.0.0.1`,
      )
    }
    const app = await buildApp(this.#parts, loopback && !tls ? 'loopback' : 'tls', tls)
    try {
      await app.listen({ host, port })
    } catch (cause) {
      await app.close()
      const { code, message } = cause as Error & { code?: string }
      if (code === 'EADDRINUSE') {
        throw new CodedError(
          'port-in-use',
          `port ${port} on ${host} is taken by another program; choose another, or 0 for a free one`,
          { cause },
        )
      }
      throw new CodedError('listen-failed', `the API cannot listen on ${host} port ${port}: ${message}`, { cause })
    }
    this.#apps.push(app)
    const bound = app.server.address() as AddressInfo
    const name = bound.family === 'IPv6' ? `[${bound.address}]` : bound.address
    return { url: `${tls ? 'https' : 'http'}://${name}:${bound.port}`, port: bound.port }
  }

  /** A one-time code that opens the console with every right there is: for whoever started this peer. */
  loginCode(): string {
    return this.#parts.loginCodes.issue('admin').code
  }

  /** Ends streams and connections, lets agents go, and resolves when all listeners are closed. */
  async stop(): Promise<void> {
    this.#parts.agents.close()
    this.#parts.sessions.close()
    this.#parts.writers.closeAll()
    this.#parts.trace.close()
    await Promise.all(this.#apps.splice(0).map((app) => app.close()))
    this.#parts.submits.close()
  }
}
