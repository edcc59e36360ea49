export type { PeerEffect, Reply, RunOrder, StopCode, Write } from './effects.ts'
export type { ClientRef, PeerInput, StoredEntry, Submission } from './inputs.ts'
export type { TraceEvent, TraceType } from './trace.ts'
