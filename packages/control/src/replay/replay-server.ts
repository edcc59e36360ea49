import { randomBytes, timingSafeEqual } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import type { TSchema } from '@sinclair/typebox'
import { apiLimits, type BodyOf, paths, type Routes, routes } from '@souk/client'
import { CodedError } from '@souk/runtime'
import type { Recording } from '@souk/wire'
import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'
import { ApiError, toApiError } from '../api-error.ts'
import { refuseForeignHost } from '../app.ts'
import { type ReadConsole, serveConsole } from '../console/console-files.ts'
import { reweigh } from '../reweigh.ts'
import { compileCheck } from '../validation.ts'
import { recordedDecision } from './recorded-decision.ts'

/** Serves the console, on loopback, with a recording in the place of a peer: there is nothing that it could do to a mesh. */
export class ReplayServer {
  readonly #app: FastifyInstance
  /** opens the recording, as often as wanted: it lies in a file of whoever started this */
  readonly code = randomBytes(18).toString('base64url')

  /** @param recording as it was read and checked */
  constructor(recording: Recording, readConsole: ReadConsole) {
    const text = JSON.stringify(recording)
    const options = { logger: false, forceCloseConnections: true, bodyLimit: apiLimits.bodyBytesMax }
    const app = fastify(options) as unknown as FastifyInstance
    app.addHook('onRequest', refuseForeignHost)
    app.setValidatorCompiler(({ schema, httpPart }) => compileCheck(schema as TSchema, httpPart ?? 'request'))
    app.setErrorHandler((error, _, reply) => {
      const known = toApiError(error) ?? new ApiError(500, 'internal', (error as Error).message)
      return reply.code(known.status).send(known.body)
    })
    app.setNotFoundHandler((_, reply) => {
      const message = 'this is a replay: there is no peer behind it that could answer or do anything'
      void reply.code(404).send({ code: 'replayed', message })
    })
    serveConsole(app, readConsole)
    const onRequest = async (request: FastifyRequest) => this.#admit(request)
    app.get('/v1/recording', { onRequest }, (_, reply) =>
      reply.header('content-type', 'application/json').header('cache-control', 'no-store').send(text),
    )
    // It changes nothing, so a recording can answer it as a peer does.
    const { params, body } = routes.reweigh
    app.post(paths.reweigh.path, { onRequest, schema: { params, body } }, async (request) => {
      const { id } = request.params as { id: string }
      const decision = recordedDecision(recording, id)
      return reweigh(request.body as BodyOf<Routes['reweigh']>, { record: { id }, ...(decision && { decision }) })
    })
    this.#app = app
  }

  /** Resolves with where it listens. Rejects with CodedError `listen-failed`. */
  async listen(port: number): Promise<string> {
    try {
      await this.#app.listen({ host: '127.0.0.1', port })
    } catch (cause) {
      const reason = (cause as Error).message
      throw new CodedError('listen-failed', `cannot listen on port ${port}: ${reason}; choose another, or 0`, { cause })
    }
    return `http://127.0.0.1:${(this.#app.server.address() as AddressInfo).port}`
  }

  stop(): Promise<void> {
    return this.#app.close()
  }

  #admit({ headers }: FastifyRequest): void {
    if (this.#knows(headers.authorization)) return
    throw new ApiError(401, 'code-wrong', 'the code of the link is needed; souk console --replay prints one')
  }

  #knows(authorization: string | undefined): boolean {
    const [given, needed] = [Buffer.from(authorization ?? ''), Buffer.from(`Bearer ${this.code}`)]
    return given.length === needed.length && timingSafeEqual(given, needed)
  }
}
