import { type Static, type TSchema, Type } from '@sinclair/typebox'
import { paths, type RouteName } from './paths.ts'
import { InvitationAnswer, InvitationBody, StopAnswer } from './schema/admin.ts'
import { AttachAnswer, AttachBody, DetachAnswer, ResultsAnswer, ResultsBody } from './schema/agents.ts'
import { AnalysisAnswer, AnalysisRequest } from './schema/analysis.ts'
import { BalanceAnswer } from './schema/balance.ts'
import { BlobAnswer, BlobParams, BlobQuery } from './schema/blobs.ts'
import { DrainAnswer, DrainBody } from './schema/drain.ts'
import { HistoryAnswer, HistoryRequest } from './schema/history.ts'
import { InventoryAnswer } from './schema/inventory.ts'
import { ResolveAnswer, TaskDetailBody, TasksAnswer, TasksQuery } from './schema/listing.ts'
import { HealthAnswer, LinksAnswer, PeersAnswer, StatusBody, WhoAnswer } from './schema/peers.ts'
import { PlanAnswer, PlanBody } from './schema/plan.ts'
import { WatchAnswer, WatchBody } from './schema/session.ts'
import { CancelBody, CancelResult, SubmitAnswer, SubmitBody } from './schema/submit.ts'
import { AgentId, SessionId, strict, TaskName } from './schema/vocabulary.ts'

/** What a token may do. Each role may do what the ones after it may. */
export type ApiRole = 'admin' | 'submit' | 'observe'

/** One route: what both sides know of it. */
export interface Route {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** `:name` parts are params */
  path: string
  /** the least role; undefined: open to anybody */
  role: ApiRole | undefined
  summary: string
  params?: TSchema
  query?: TSchema
  body?: TSchema
  /** absent: a stream (text/event-stream) or bytes */
  answer?: TSchema
}

const route = <const R extends Route>(r: R): R => r
const task = strict({ id: TaskName })
const session = strict({ session: SessionId })
const agent = strict({ id: AgentId })

/** The whole API. The server registers each entry; the client calls them by name. */
export const routes = {
  health: route({ ...paths.health, role: undefined, summary: 'alive', answer: HealthAnswer }),
  who: route({ ...paths.who, role: 'observe', summary: 'who answers', answer: WhoAnswer }),
  submit: route({
    ...paths.submit,
    role: 'submit',
    summary: 'submit tasks',
    body: SubmitBody,
    answer: SubmitAnswer,
  }),
  tasks: route({
    ...paths.tasks,
    role: 'observe',
    summary: 'list tasks',
    query: TasksQuery,
    answer: TasksAnswer,
  }),
  task: route({
    ...paths.task,
    role: 'observe',
    summary: 'everything known of one task',
    params: task,
    answer: TaskDetailBody,
  }),
  resolve: route({
    ...paths.resolve,
    role: 'observe',
    summary: 'the whole id of a shortened one',
    params: task,
    answer: ResolveAnswer,
  }),
  plan: route({
    ...paths.plan,
    role: 'submit',
    summary: 'where each objective would put these tasks now; nothing is submitted or reserved',
    body: PlanBody,
    answer: PlanAnswer,
  }),
  cancel: route({
    ...paths.cancel,
    role: 'submit',
    summary: 'cancel a task',
    params: task,
    body: CancelBody,
    answer: CancelResult,
  }),
  output: route({
    ...paths.output,
    role: 'observe',
    summary: 'live output from the start until the run ends (event stream of arrays of output, outputEnd)',
    params: task,
  }),
  sessionEvents: route({
    ...paths.sessionEvents,
    role: 'observe',
    summary: "outcomes and output of a session's tasks (event stream of arrays of SessionEvent)",
    params: session,
  }),
  watch: route({
    ...paths.watch,
    role: 'observe',
    summary: 'follow tasks submitted elsewhere',
    params: session,
    body: WatchBody,
    answer: WatchAnswer,
  }),
  history: route({
    ...paths.history,
    role: 'observe',
    summary: 'ended tasks of the whole mesh, by filters, newest first, in pages',
    query: HistoryRequest,
    answer: HistoryAnswer,
  }),
  analysis: route({
    ...paths.analysis,
    role: 'observe',
    summary:
      'what is asked of the mesh: kinds, demand by resource, arrivals, waiting times, who waits for what whom holds',
    query: AnalysisRequest,
    answer: AnalysisAnswer,
  }),
  balance: route({
    ...paths.balance,
    role: 'observe',
    summary: 'how work is spread: utilisation, imbalance, bottlenecks, and whether moving work would gain anything',
    answer: BalanceAnswer,
  }),
  peers: route({ ...paths.peers, role: 'observe', summary: 'members', answer: PeersAnswer }),
  links: route({
    ...paths.links,
    role: 'observe',
    summary: 'how far this peer got with each other',
    answer: LinksAnswer,
  }),
  inventory: route({
    ...paths.inventory,
    role: 'observe',
    summary: "everything this peer's host has, how it is used by the hour of the week, and what of it is free",
    answer: InventoryAnswer,
  }),
  status: route({ ...paths.status, role: 'observe', summary: 'this peer', answer: StatusBody }),
  events: route({
    ...paths.events,
    role: 'observe',
    summary: 'trace events as they happen (event stream of arrays)',
  }),
  putBlob: route({
    ...paths.putBlob,
    role: 'submit',
    summary: 'keep a blob (body: application/octet-stream)',
    answer: BlobAnswer,
  }),
  getBlob: route({
    ...paths.getBlob,
    role: 'observe',
    summary: 'the bytes of a blob',
    params: BlobParams,
    query: BlobQuery,
  }),
  attachAgent: route({
    ...paths.attachAgent,
    role: 'admin',
    summary: 'serve functions to the mesh',
    body: AttachBody,
    answer: AttachAnswer,
  }),
  agentCalls: route({
    ...paths.agentCalls,
    role: 'admin',
    summary: "an agent's calls (event stream of arrays of AgentEvent)",
    params: agent,
  }),
  agentResults: route({
    ...paths.agentResults,
    role: 'admin',
    summary: 'answer calls',
    params: agent,
    body: ResultsBody,
    answer: ResultsAnswer,
  }),
  detachAgent: route({
    ...paths.detachAgent,
    role: 'admin',
    summary: 'serve no more',
    params: agent,
    answer: DetachAnswer,
  }),
  drain: route({
    ...paths.drain,
    role: 'admin',
    summary: 'this peer takes nothing new, hands over what waits here and lets what runs end',
    body: DrainBody,
    answer: DrainAnswer,
  }),
  undrain: route({
    ...paths.undrain,
    role: 'admin',
    summary: 'it takes work again',
    body: Type.Object({}, { additionalProperties: false }),
    answer: DrainAnswer,
  }),
  invite: route({
    ...paths.invite,
    role: 'admin',
    summary: 'make an invitation line',
    body: InvitationBody,
    answer: InvitationAnswer,
  }),
  stop: route({
    ...paths.stop,
    role: 'admin',
    summary: 'stop this peer',
    body: Type.Object({}, { additionalProperties: false }),
    answer: StopAnswer,
  }),
}
export type Routes = typeof routes
export type { RouteName }

export type ParamsOf<R> = R extends { params: infer S extends TSchema } ? Static<S> : undefined
export type QueryOf<R> = R extends { query: infer S extends TSchema } ? Static<S> : undefined
export type BodyOf<R> = R extends { body: infer S extends TSchema } ? Static<S> : undefined
export type AnswerOf<R> = R extends { answer: infer S extends TSchema } ? Static<S> : undefined
