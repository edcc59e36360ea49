export { Advert, Certificate, compareAdverts, Offer, Role } from './advert.ts'
export { BidTerms, Decision, Refusal, RefusalCode, ScoredBid } from './decision.ts'
export type { Frame } from './frame.ts'
export {
  Ballot,
  ballotText,
  compareBallots,
  Incarnation,
  originTag,
  originTagOf,
  PeerId,
  TaskId,
  taskId,
} from './ids.ts'
export { limits } from './limits.ts'
export { decodeLoadStamp, encodeLoadStamp, type LoadStamp } from './load-stamp.ts'
export {
  type CustodyMessage,
  type MarketMessage,
  type Message,
  type MessageOf,
  type MessageTag,
  messageSchemas,
  type RosterMessage,
  type TaskSummary,
  type TaskView,
} from './message.ts'
export type { Shape } from './messages/market-messages.ts'
export type { MemberUpdate } from './messages/roster-messages.ts'
export { Attempt, Body, Outcome, OutcomeKind, outcomeKinds, RunResult } from './outcome.ts'
export { RequestSchema, VectorSchema } from './resource-schema.ts'
export { Baton, TaskEvent, TaskRecord, TaskState, taskStates } from './task-record.ts'
export { BlobRef, FileRef, FunctionWork, Priority, ProcessWork, priorities, TaskSpec, Work } from './task-spec.ts'
export { wireVersion } from './version.ts'
