export type { AgentAnswer, AgentCall, AgentHubView, AgentOrder } from './agent-hub-view.ts'
export type { MemberView, PeerSnapshotView } from './peer-snapshot-view.ts'
export { taskDefaults } from './to-task-spec.ts'
export { type Access, type Listener, type Tokens, TokenTable } from './tokens.ts'
