import { Readable } from 'node:stream'
import { apiLimits, type BodyOf, type ParamsOf, type QueryOf, type RouteName, type Routes } from '@souk/client'
import { outcomeKinds, type TaskState, taskStates } from '@souk/wire'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { analysis } from './analysis/analysis.ts'
import type { AppliedPlans } from './analysis/applied-plans.ts'
import { applyPlan } from './analysis/apply-plan.ts'
import { balance } from './analysis/balance.ts'
import { cost } from './analysis/cost.ts'
import { ApiError } from './api-error.ts'
import { ask } from './ask.ts'
import type { AttachedAgents } from './attached-agents.ts'
import type { BlobFinder } from './blob-finder.ts'
import type { ConsoleSessions } from './console/console-sessions.ts'
import type { LoginCodes } from './console/login-codes.ts'
import { loginHandlers } from './console/login-handlers.ts'
import type { EventWriters } from './event-writers.ts'
import { forecast } from './forecast.ts'
import { inventoryOf } from './from-inventory.ts'
import { drainOf, linkLines, peerLines, statusOf } from './from-snapshot.ts'
import { fromSummary, fromView } from './from-view.ts'
import { helpFor } from './help-for.ts'
import { history } from './history.ts'
import { meshTrace } from './mesh-trace.ts'
import type { ControlOptions } from './options.ts'
import { OutputStream } from './output-stream.ts'
import type { PeerSnapshotView } from './peer-snapshot-view.ts'
import { planTasks } from './plans.ts'
import { removeMember } from './removal.ts'
import { reweigh } from './reweigh.ts'
import { scaleOf } from './scale.ts'
import type { Sessions } from './sessions.ts'
import { straggles } from './stragglers.ts'
import type { Submits } from './submits.ts'
import type { TaskFinder } from './task-finder.ts'
import { tellDrain } from './tell-drain.ts'
import type { Access, Listener } from './tokens.ts'
import type { TraceStore } from './trace-store.ts'
import { unendableOf } from './unendable.ts'

/** What the handlers share, over all listeners. */
export interface ControlParts {
  options: ControlOptions
  sessions: Sessions
  submits: Submits
  finder: TaskFinder
  blobs: BlobFinder
  agents: AttachedAgents
  writers: EventWriters
  console: ConsoleSessions
  loginCodes: LoginCodes
  trace: TraceStore
  applied: AppliedPlans
}

/** A checked request. */
export interface Call<N extends RouteName> {
  params: ParamsOf<Routes[N]>
  query: QueryOf<Routes[N]>
  body: BodyOf<Routes[N]>
  access: Access
  listener: Listener
  request: FastifyRequest
  reply: FastifyReply
  /** aborts when the client goes away */
  signal: AbortSignal
}

export type Handlers = { [N in RouteName]: (call: Call<N>, parts: ControlParts) => unknown }

const listedDefault = 100
const snapshotOf = ({ options }: ControlParts) => options.handle.snapshot() as PeerSnapshotView

/** What each route does. An undefined result: the reply was taken over as a stream. */
export const handlers: Handlers = {
  ...loginHandlers,
  health: () => ({ ok: true }),
  async metrics({ reply }, { options }) {
    const { contentType, text } = await options.metrics()
    return reply.header('content-type', contentType).serializer(String).send(text)
  },
  who({ access }, parts) {
    const { self, name, mesh } = snapshotOf(parts)
    return { self, name, mesh, version: parts.options.info.version, role: access.role }
  },
  submit: ({ body, request }, { submits, sessions }) =>
    submits.submit(body, sessions, headerOf(request, 'traceparent')),
  tasks: ({ query }, parts) => listTasks(query, parts),
  async task({ params }, parts) {
    const view = await parts.finder.view(await parts.finder.resolve(params.id))
    const snapshot = snapshotOf(parts)
    const unendable = unendableOf(view, snapshot)
    const help = unendable ? [] : helpFor(view, snapshot)
    const straggler = straggles(view, snapshot, Date.now())
    return {
      ...fromView(view),
      ...(unendable && { unendable }),
      ...(help.length === 0 ? {} : { wouldHelp: help }),
      ...(straggler ? { straggles: straggler } : {}),
    }
  },
  async resolve({ params }, { finder }) {
    const task = await finder.resolve(params.id)
    // A whole id is looked up too, so that a mistyped one is found out here.
    if (params.id === task) await finder.view(task)
    return { task }
  },
  reweigh: async ({ params, body }, { finder }) => reweigh(body, await finder.view(await finder.resolve(params.id))),
  plan: ({ body }, { options }) => planTasks(options.handle, body),
  async cancel({ params, body }, { finder, options }) {
    const task = await finder.resolve(params.id)
    const answer = await ask(
      options.handle,
      (client) => ({ type: 'cancel', client, task, ...body, reason: body.reason ?? 'cancelled by a client' }),
      (reply) => (reply.type === 'cancelled' && reply.task === task ? reply.answer : undefined),
    )
    if (answer === 'unknown') throw finder.unknown(task)
    if (answer === 'unreachable') throw finder.unreachable(task)
    return { task, answer }
  },
  async output({ params, reply }, { finder, writers, options }) {
    const task = await finder.resolve(params.id)
    await finder.view(task)
    new OutputStream(task, writers.open(reply), options, finder).start()
  },
  sessionEvents({ params, request, reply }, { sessions, writers }) {
    const session = sessions.get(params.session)
    session.connect(writers.open(reply), headerOf(request, 'last-event-id'), Date.now())
  },
  watch({ params, body }, { sessions }) {
    const session = sessions.get(params.session)
    for (const task of body.tasks) session.watch(task, body.output === true)
    return { watched: body.tasks.length }
  },
  analysis: ({ query }, parts) => analysis(query, parts.finder, snapshotOf(parts)),
  balance: (_, parts) => balance({ ...parts, ...parts.options }, snapshotOf(parts)),
  applyBalance: (_, parts) => applyPlan({ ...parts, ...parts.options }, snapshotOf(parts)),
  cost: ({ query }, parts) => cost(query, { ...parts, ...parts.options }, snapshotOf(parts)),
  forecast: ({ query }, { options }) => forecast(options.info.demand, query),
  history: ({ query }, parts) => history(query, parts.finder, snapshotOf(parts)),
  peers: (_, parts) => ({ peers: peerLines(snapshotOf(parts), parts.options.info) }),
  links: (_, parts) => ({ links: linkLines(snapshotOf(parts), parts.options.info) }),
  inventory: async (_, parts) => {
    const { info } = parts.options
    return inventoryOf(await info.host(), snapshotOf(parts), info.links())
  },
  status: (_, parts) => statusOf(snapshotOf(parts), parts.options.info),
  events({ query, request, reply }, { writers, trace }) {
    const { type, task, peer, recent = '0' } = query
    const filter = { types: type?.split(',') ?? [], task, peer }
    const lastId = headerOf(request, 'last-event-id')
    trace.read(writers.open(reply), { filter, lastId, recent: Number(recent) })
  },
  trace: ({ query }, parts) => meshTrace(query, parts.options.handle, snapshotOf(parts)),
  async putBlob({ request, reply }, { options }) {
    const declared = Number(request.headers['content-length'] ?? 0)
    const data = request.body as AsyncIterable<Uint8Array> | undefined
    if (!data || typeof data !== 'object' || !(Symbol.asyncIterator in data)) {
      throw new ApiError(415, 'media-type-unsupported', 'a blob is sent with content-type: application/octet-stream')
    }
    try {
      if (declared > apiLimits.blobBytesMax)
        throw new ApiError(
          413,
          'blob-too-large',
          `the blob is ${declared} bytes; at most ${apiLimits.blobBytesMax} are taken`,
        )
      return await options.blobs.put(data, { sizeBytesMax: apiLimits.blobBytesMax })
    } catch (error) {
      // The rest of the upload is not read: the connection cannot be used again.
      reply.header('connection', 'close')
      throw error
    }
  },
  async getBlob({ params, query, reply, signal }, { blobs }) {
    const data = await blobs.open(params.hash, query.task, signal)
    reply.header('content-type', 'application/octet-stream')
    return Readable.from(data, { objectMode: false })
  },
  attachAgent: ({ body }, { agents }) => ({ agent: agents.attach(body) }),
  agentCalls({ params, reply }, { agents, writers }) {
    agents.require(params.id)
    agents.connect(params.id, writers.open(reply))
  },
  agentResults: ({ params, body }, { agents }) => agents.settle(params.id, body.results),
  detachAgent({ params }, { agents }) {
    agents.detach(params.id)
    return { detached: true }
  },
  scalePlan: (_, parts) => scaleOf(snapshotOf(parts)),
  scale(_, parts) {
    if (snapshotOf(parts).capacity === undefined) {
      const needed = 'this peer can start no others; ask one that can (souk scale), or restart it with souk up --scale'
      throw new ApiError(409, 'no-scaler', needed)
    }
    parts.options.handle.input({ type: 'scaleNow' })
    return scaleOf(snapshotOf(parts))
  },
  async drain({ body }, parts) {
    await tellDrain({ on: true, ...body }, parts.options.handle)
    return drainOf(snapshotOf(parts))
  },
  async undrain(_, parts) {
    await tellDrain({ on: false }, parts.options.handle)
    return drainOf(snapshotOf(parts))
  },
  invite: ({ body }, { options }) => coded(options.invite(body)),
  remove: ({ body }, parts) => coded(removeMember(body, { ...parts, snapshot: () => snapshotOf(parts) })),
  stop({ reply }, { options }) {
    reply.raw.once('finish', () => options.onStop())
    return { stopping: true }
  },
}

/** What the composition root refuses it refuses with a code. */
async function coded<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } catch (error) {
    const code = (error as { code?: unknown }).code
    if (error instanceof ApiError || typeof code !== 'string') throw error
    throw new ApiError(400, code, (error as Error).message)
  }
}

function headerOf(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name]
  return typeof value === 'string' ? value : undefined
}

/** Outcome kinds are filtered here: the mesh lists by state, and a kind is a closed task's. */
async function listTasks(query: QueryOf<Routes['tasks']>, { finder }: ControlParts) {
  const limit = Math.min(Number(query.limit ?? listedDefault), apiLimits.listedMax)
  const wanted = new Set(query.state?.split(',') ?? [])
  const states = taskStates.filter((state) => wanted.has(state)) as TaskState[]
  const kinds = new Set([...wanted].filter((state) => !(taskStates as readonly string[]).includes(state)))
  for (const kind of kinds) if (!outcomeKindNames.has(kind)) throw badState(kind)
  const asked = kinds.size > 0 && !states.includes('closed') ? [...states, 'closed' as const] : states
  const { tasks, total, missing } = await finder.list({
    limit: kinds.size > 0 ? apiLimits.listedMax : limit,
    prefix: query.prefix ?? '',
    states: asked,
    everywhere: query.here !== 'true',
    ...(query.unendable === 'true' ? { filter: { kinds: [], unendable: true } } : {}),
  })
  if (kinds.size === 0) return { tasks: tasks.map(fromSummary), total, missing }
  const fitting = tasks.filter(
    (task) => states.includes(task.state) || (task.kind !== undefined && kinds.has(task.kind)),
  )
  return { tasks: fitting.slice(0, limit).map(fromSummary), total: fitting.length, missing }
}

const outcomeKindNames = new Set<string>(outcomeKinds)

function badState(state: string): ApiError {
  const known = [...taskStates, ...outcomeKindNames].join(', ')
  return new ApiError(400, 'request-invalid', `'${state}' is no state of a task; known are ${known}`, {
    path: '/state',
  })
}
