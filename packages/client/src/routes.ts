import { type Static, type TSchema, Type } from '@sinclair/typebox'
import { paths, type RouteName } from './paths.ts'
import { route } from './route.ts'
import { InvitationAnswer, InvitationBody, RemovalAnswer, RemovalBody, StopAnswer } from './schema/admin.ts'
import { AttachAnswer, AttachBody, DetachAnswer, ResultsAnswer, ResultsBody } from './schema/agents.ts'
import { AnalysisAnswer, AnalysisRequest } from './schema/analysis.ts'
import { BalanceAnswer } from './schema/balance.ts'
import { BlobAnswer, BlobParams, BlobQuery } from './schema/blobs.ts'
import { CostAnswer, CostRequest } from './schema/cost.ts'
import { DrainAnswer, DrainBody } from './schema/drain.ts'
import { EventsRequest } from './schema/events.ts'
import { ForecastAnswer, ForecastRequest } from './schema/forecast.ts'
import { HistoryAnswer, HistoryRequest } from './schema/history.ts'
import { InventoryAnswer } from './schema/inventory.ts'
import { ResolveAnswer, TaskDetailBody, TasksAnswer, TasksQuery } from './schema/listing.ts'
import { LoginAnswer, LoginBody, LoginCodeAnswer, LoginCodeBody, LogoutAnswer } from './schema/login.ts'
import { HealthAnswer, LinksAnswer, PeersAnswer, StatusBody, WhoAnswer } from './schema/peers.ts'
import { PlanAnswer, PlanBody } from './schema/plan.ts'
import { AppliedAnswer } from './schema/rebalance.ts'
import { ReweighAnswer, ReweighBody } from './schema/reweigh.ts'
import { ScaleAnswer } from './schema/scale.ts'
import { WatchAnswer, WatchBody } from './schema/session.ts'
import { CancelBody, CancelResult, SubmitAnswer, SubmitBody } from './schema/submit.ts'
import { TraceAnswer, TraceRequest } from './schema/trace.ts'
import { AgentId, SessionId, strict, TaskName } from './schema/vocabulary.ts'

const task = strict({ id: TaskName })
const session = strict({ session: SessionId })
const agent = strict({ id: AgentId })

/** The whole API. The server registers each entry; the client calls them by name. */
export const routes = {
  health: route({ ...paths.health, role: undefined, summary: 'alive', answer: HealthAnswer }),
  metrics: route({ ...paths.metrics, role: 'observe', summary: 'measurements, as Prometheus reads them' }),
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
  reweigh: route({
    ...paths.reweigh,
    role: 'observe',
    summary: 'the bids that a task got, scored again by another objective or other weights; the task stays where it is',
    params: task,
    body: ReweighBody,
    answer: ReweighAnswer,
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
  cost: route({
    ...paths.cost,
    role: 'observe',
    summary:
      'what tasks have cost by class, tenant, peer and task, what of it was waste, and what other ways would have cost',
    query: CostRequest,
    answer: CostAnswer,
  }),
  forecast: route({
    ...paths.forecast,
    role: 'observe',
    summary: 'what this peer counts and foretells of each class it runs, how well, and what stands warm for it and why',
    query: ForecastRequest,
    answer: ForecastAnswer,
  }),
  applyBalance: route({
    ...paths.applyBalance,
    role: 'admin',
    summary:
      'carry out the redistribution plan as it is now: tasks go to hosts with room; GET /v1/balance tells what came of it',
    body: Type.Object({}, { additionalProperties: false }),
    answer: AppliedAnswer,
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
    summary: 'trace events as they happen (event stream of arrays); a stream that broke goes on by its Last-Event-ID',
    query: EventsRequest,
  }),
  trace: route({
    ...paths.trace,
    role: 'observe',
    summary: 'what every peer of the mesh has kept of its trace events, by filters, and who did not answer',
    query: TraceRequest,
    answer: TraceAnswer,
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
  scalePlan: route({
    ...paths.scalePlan,
    role: 'observe',
    summary: 'whether the mesh has the slots it will need, what this peer would do about it, and what it did',
    answer: ScaleAnswer,
  }),
  scale: route({
    ...paths.scale,
    role: 'admin',
    summary: 'have that done now',
    body: Type.Object({}, { additionalProperties: false }),
    answer: ScaleAnswer,
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
  remove: route({
    ...paths.remove,
    role: 'admin',
    summary: 'a peer is no member of the mesh any more, for good',
    body: RemovalBody,
    answer: RemovalAnswer,
  }),
  login: route({
    ...paths.login,
    role: undefined,
    summary: 'a one-time code or a token for a session of the console: sets its cookie',
    body: LoginBody,
    answer: LoginAnswer,
  }),
  logout: route({
    ...paths.logout,
    role: undefined,
    summary: 'ends the session of the cookie',
    body: Type.Object({}, { additionalProperties: false }),
    answer: LogoutAnswer,
  }),
  loginCode: route({
    ...paths.loginCode,
    role: 'observe',
    summary: 'make a one-time code that opens the console in a browser',
    body: LoginCodeBody,
    answer: LoginCodeAnswer,
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
