import { readAll } from './byte-stream.ts'
import type { HttpResponse } from './http-transport.ts'
import { apiLimits } from './limits.ts'
import { paths } from './paths.ts'
import type { EndpointPool } from './pool.ts'
import type { AnswerOf, BodyOf, ParamsOf, QueryOf, RouteName, Routes } from './routes.ts'
import { SoukError } from './souk-error.ts'

/** listings and details are bounded well below this */
const answerBytesMax = 4 * apiLimits.bodyBytesMax

type Part<Key extends string, Value> = Value extends undefined ? object : { [K in Key]: Value }
/** What a route needs: its params, query and body, where it has them. */
export type CallParts<N extends RouteName> = Part<'params', ParamsOf<Routes[N]>> &
  Part<'query', QueryOf<Routes[N]>> &
  Part<'body', BodyOf<Routes[N]>>

/** The path of a route with its params and query filled in. */
export function pathOf(
  name: RouteName,
  params: Record<string, string> = {},
  query: Record<string, unknown> = {},
): string {
  const path = paths[name].path.replace(/:(\w+)/g, (_, key: string) => encodeURIComponent(params[key] ?? ''))
  const pairs = Object.entries(query).filter(([, value]) => value !== undefined)
  return pairs.length === 0 ? path : `${path}?${new URLSearchParams(pairs as [string, string][])}`
}

/** One request and its JSON answer, typed by the route table. Rejects with SoukError. */
export async function call<N extends RouteName>(
  pool: EndpointPool,
  name: N,
  parts: CallParts<N>,
  signal: AbortSignal,
  options: { attemptMsMax?: number } = {},
): Promise<AnswerOf<Routes[N]>> {
  const { params, query, body } = parts as {
    params?: Record<string, string>
    query?: Record<string, unknown>
    body?: unknown
  }
  const { result } = await pool.request({
    method: paths[name].method,
    path: pathOf(name, params, query),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal,
    read: readJson<AnswerOf<Routes[N]>>,
    ...options,
  })
  return result
}

/** An answer's JSON. The peer is trusted with its form: it was reached with its own token. */
export async function readJson<T>(response: HttpResponse): Promise<T> {
  const bytes = await readAll(response.body, answerBytesMax)
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as T
  } catch (cause) {
    throw new SoukError('answer-invalid', 'the answer is no JSON; is this a Souk peer?', { cause })
  }
}
