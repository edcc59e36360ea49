export { Advert, Certificate, compareAdverts, GpuGroup, Offer, Role } from './advert.ts'
export { alternativeField, requestOf, requestsOf } from './alternatives.ts'
export { outcomeBlobs, specBlobs } from './blob-refs.ts'
export { type Checkpoint, CheckpointPlan, checkpointGraceMsMax, newestCheckpoint } from './checkpoint.ts'
export {
  type DecodedFrame,
  decodeAdvert,
  decodeFrame,
  decodeValue,
  encodeAdvert,
  encodeFrame,
  encodeFrames,
  encodeValue,
  type FrameLimits,
  frameLimits,
} from './codec.ts'
export { BidTerms, Decision, Move, Placement, Reason, Refusal, ScoredBid, Shortage } from './decision.ts'
export { ClassDigest, DemandDigest, digestAheads } from './demand-digest.ts'
export { Dependency } from './dependency.ts'
export { expectedText } from './expected-text.ts'
export {
  contradictionOf,
  type Expression,
  factsOf,
  faultText,
  meets,
  type ParsedExpression,
  parseExpression,
  printExpression,
  unmetText,
} from './expression/index.ts'
export { BlobRef, FileRef } from './file-ref.ts'
export type { Frame } from './frame.ts'
export { Gang, gangKey } from './gang.ts'
export {
  Ballot,
  ballotText,
  compareBallots,
  drawsMax,
  gangNonce,
  Incarnation,
  isBearers,
  LifeProof,
  nextCounter,
  PeerId,
  placementKey,
  TaskId,
  taskId,
  taskIdOf,
} from './ids.ts'
export { limits } from './limits.ts'
export type { LoadStamp } from './load-stamp.ts'
export { isUnendable, majority } from './majority.ts'
export {
  type Message,
  type MessageOf,
  type MessageTag,
  messageSchemas,
  type RosterMessage,
  type TaskView,
} from './message.ts'
export type { Shape } from './messages/market-messages.ts'
export type { MemberUpdate } from './messages/roster-messages.ts'
export { type ToldEvent, TraceFilter } from './messages/trace-messages.ts'
export { Objective, objectives } from './objective.ts'
export {
  Accepted,
  Attempt,
  Bearer,
  Body,
  Decree,
  Ending,
  emptyResult,
  Outcome,
  OutcomeKind,
  outcomeKinds,
  RunResult,
} from './outcome.ts'
export { plainSpec } from './plain-spec.ts'
export type { FaultCode, ValueLimits } from './precheck.ts'
export {
  type RecordedEvent,
  type Recording,
  type RecordingRead,
  readRecording,
  recordingFormat,
  recordingVersion,
} from './recording.ts'
export { Removal } from './removal.ts'
export type { DecodeCode, DecodeResult } from './result.ts'
export { type RunUsage, usageOf } from './run-usage.ts'
export { choice, strict } from './schema.ts'
export { signableAdvert, signableCertificate, signableLife, signableRemoval } from './signable.ts'
export { Baton, custodiansMax, inputsAtOf, Taker, TaskEvent, TaskRecord, TaskState, taskStates } from './task-record.ts'
export {
  FunctionWork,
  Priority,
  ProcessWork,
  priorities,
  specBytes,
  TaskSpec,
  Work,
} from './task-spec.ts'
export { comparePositions, TaskFilter, TaskPosition, TaskSummary } from './task-summary.ts'
export { bareGroup, isZoneWide, type Tie, type Ties, tiesOf, ZoneWord, zoneWide } from './ties.ts'
export {
  isTraceparent,
  spanIdOf,
  type TraceContext,
  traceContextOf,
  traceparentOfRun,
  traceparentPattern,
} from './trace-context.ts'
export type { Rejected } from './validate.ts'
export { wireVersion } from './version.ts'
