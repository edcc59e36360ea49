import { gzipSync } from 'node:zlib'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { ApiError } from '../api-error.ts'

/** A file of the console by its name; undefined: there is none. Names other than index.html change with their content. */
export type ReadConsole = (name: string) => Promise<Uint8Array | undefined>

/** Nothing from anywhere else, no script in the page, in nobody's frame. */
const contentSecurityPolicy =
  "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

const types: Record<string, string> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
}

const firstPage = 'index.html'

/** below it compressing gains nothing */
const gzipBytesMin = 1024

interface Served {
  body: Uint8Array
  gzip: Uint8Array | undefined
}

/** Serves the console under /console/; what is named by its content is kept by browsers. */
export function serveConsole(app: FastifyInstance, read: ReadConsole): void {
  const served = new Map<string, Served>()
  const hidden = { schema: { hide: true } as object }
  app.get('/', hidden, (_, reply) => reply.redirect('/console/'))
  app.get('/console', hidden, (_, reply) => reply.redirect('/console/'))
  app.get('/console/*', hidden, async (request, reply) => {
    const name = (request.params as { '*': string })['*'] || firstPage
    const file = served.get(name) ?? toServed(await read(name))
    if (file === undefined) {
      throw new ApiError(404, 'route-unknown', `the console has no file '${name}'; it begins at /console/`)
    }
    if (name !== firstPage) served.set(name, file)
    return send(name, file, request, reply)
  })
}

function toServed(body: Uint8Array | undefined): Served | undefined {
  return body && { body, gzip: body.byteLength < gzipBytesMin ? undefined : gzipSync(body) }
}

function send(name: string, { body, gzip }: Served, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const zipped = gzip !== undefined && /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''))
  if (zipped) reply.header('content-encoding', 'gzip')
  return reply
    .header('content-type', types[name.replace(/^.*\./, '')] ?? 'application/octet-stream')
    .header('content-security-policy', contentSecurityPolicy)
    .header('x-content-type-options', 'nosniff')
    .header('referrer-policy', 'no-referrer')
    .header('cross-origin-opener-policy', 'same-origin')
    .header('vary', 'accept-encoding')
    .header('cache-control', name === firstPage ? 'no-cache' : 'public, max-age=31536000, immutable')
    .send(Buffer.from((zipped ? gzip : body) as Uint8Array))
}
