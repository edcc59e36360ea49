export { bytes, cpuMilli, networkMbps, type RequestAmounts, requestAmounts } from './amounts.ts'
export type * from './api.ts'
export { connect } from './connect.ts'
export { checkEndpoint, type Endpoint, endpointText, parseEndpoint } from './endpoint.ts'
export { fetchTransport } from './fetch-transport.ts'
export type { HttpResponse, HttpTransport, TransportFactory } from './http-transport.ts'
export { apiLimits } from './limits.ts'
export { consoleHeader } from './login.ts'
export { paths, type RouteName } from './paths.ts'
export { type Links, linkTasks } from './request-links.ts'
export type { ApiRole, Route } from './route.ts'
export {
  type AnswerOf,
  type BodyOf,
  type ParamsOf,
  type QueryOf,
  type Routes,
  routes,
} from './routes.ts'
export type { InvitationAnswer, InvitationBody, RemovalAnswer } from './schema/admin.ts'
export type { AgentEvent, AgentResult, AttachBody } from './schema/agents.ts'
export { Complaints, FailureBody } from './schema/failure.ts'
export type { PlanBody } from './schema/plan.ts'
export { SessionEvent } from './schema/session.ts'
export type { SubmitAnswer, SubmitBody, SubmitResult } from './schema/submit.ts'
export { asSoukError, SoukError, type SoukErrorOptions } from './souk-error.ts'
export { traceFamilies } from './trace-families.ts'
export { type FollowedTrace, TraceFollower } from './trace-follower.ts'
