import swagger from '@fastify/swagger'
import type { TSchema } from '@sinclair/typebox'
import { apiLimits, type Route, type RouteName, routes } from '@souk/client'
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { admit } from './admission.ts'
import { ApiError, toApiError } from './api-error.ts'
import { serveConsole } from './console/console-files.ts'
import { type Call, type ControlParts, handlers } from './handlers.ts'
import { FailureSchema, openApi } from './open-api.ts'
import type { ListenOptions } from './options.ts'
import type { Access, Listener } from './tokens.ts'
import { compileCheck } from './validation.ts'

/** clients of one listener; each may keep a few connections */
const connectionsMax = 2048
const loopbackNames = new Set(['127.0.0.1', 'localhost', '[::1]'])

/** One listener's HTTP application over the shared parts. */
export async function buildApp(
  parts: ControlParts,
  listener: Listener,
  tls: ListenOptions['tls'],
): Promise<FastifyInstance> {
  const app = fastify({
    logger: false,
    bodyLimit: apiLimits.bodyBytesMax,
    forceCloseConnections: true,
    // `/v1/tasks/` and the like are not routes: one address for one thing.
    routerOptions: { ignoreTrailingSlash: false, maxParamLength: 128 },
    ...(tls ? { https: { ...tls, minVersion: 'TLSv1.2' as const } } : {}),
  }) as unknown as FastifyInstance
  app.server.maxConnections = connectionsMax
  app.setValidatorCompiler(({ schema, httpPart }) => compileCheck(schema as TSchema, httpPart ?? 'request'))
  app.setSerializerCompiler(() => (data) => JSON.stringify(data))
  app.setErrorHandler((error, request, reply) => fail(error, request, reply, parts))
  app.setNotFoundHandler((request, reply) => {
    const message = `there is no ${request.method} ${request.url}; /openapi.json lists what there is`
    void reply.code(404).send({ code: 'route-unknown', message })
  })
  app.addContentTypeParser('application/octet-stream', (_request, payload, done) => done(null, payload))
  if (listener === 'loopback') app.addHook('onRequest', refuseForeignHost)
  await app.register(swagger, { openapi: openApi(parts.options.info.version) })
  for (const name of Object.keys(routes) as RouteName[]) addRoute(app, name, parts, listener)
  serveConsole(app, parts.options.readConsole)
  app.get('/openapi.json', { schema: { hide: true } as object }, () => app.swagger())
  return app
}

/** A page in a browser that was made to resolve its own name to loopback carries that name. */
export async function refuseForeignHost(request: FastifyRequest): Promise<void> {
  const name = (request.headers.host ?? '').replace(/:[0-9]+$/, '').toLowerCase()
  if (loopbackNames.has(name)) return
  throw new ApiError(403, 'host-refused', `this listener answers to 127.0.0.1 and localhost, not to '${name}'`)
}

function addRoute(app: FastifyInstance, name: RouteName, parts: ControlParts, listener: Listener): void {
  const route: Route = routes[name]
  const run = handlers[name] as (call: Call<RouteName>, parts: ControlParts) => unknown
  const accesses = new WeakMap<FastifyRequest, Access>()
  app.route({
    method: route.method,
    url: route.path,
    ...(name === 'putBlob' ? { bodyLimit: apiLimits.blobBytesMax } : {}),
    schema: {
      summary: route.summary,
      ...(route.role ? { security: [{ token: [] }], description: `Needs the role ${route.role}.` } : {}),
      ...(route.params ? { params: route.params } : {}),
      ...(route.query ? { querystring: route.query } : {}),
      ...(route.body ? { body: route.body } : {}),
      response: { ...(route.answer ? { 200: route.answer } : {}), default: FailureSchema },
    },
    onRequest: async (request) => {
      if (route.role) accesses.set(request, admit(request, route, parts, listener))
    },
    handler: async (request, reply) => {
      const controller = new AbortController()
      reply.raw.on('close', () => controller.abort())
      const { params, query, body } = request
      const access = accesses.get(request) ?? { role: 'observe' }
      const call = { params, query, body, access, listener, request, reply, signal: controller.signal }
      const result = await run(call as Call<RouteName>, parts)
      return reply.sent ? reply : result
    },
  })
}

function fail(error: unknown, request: FastifyRequest, reply: FastifyReply, parts: ControlParts): FastifyReply {
  let known = toApiError(error)
  if (!known) {
    parts.options.log('error', 'a request failed', {
      method: request.method,
      route: request.routeOptions.url,
      error: error instanceof Error ? (error.stack ?? error.message) : String(error),
    })
    known = new ApiError(
      500,
      'internal',
      "this peer failed to answer; its log says why ('souk doctor' checks the peer)",
    )
  }
  if (known.status === 401) reply.header('www-authenticate', 'Bearer')
  if (known.status === 413) reply.header('connection', 'close')
  return reply.code(known.status).send(known.body)
}
