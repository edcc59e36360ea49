import type { Outcome } from './api.ts'

/** Something that would let a waiting task start. */
export interface WouldHelp {
  code: 'wait' | 'reach' | 'undrain' | 'ask-less' | 'without-label' | 'add-function' | 'allow-executor' | 'add-host'
  /** the resource, label (name=value), function or executor that it is about */
  what?: string
  /** ask-less: as much as the largest of these hosts has, in thousandths of a CPU or device, bytes or units */
  atMost?: number
  /** wait: when the soonest of them may have room */
  etaMs?: number
  /** on how many hosts it would run then */
  hosts: number
  /** the first of them */
  peers: string[]
}

/** The task's view as the wire has it, with dates as ISO text. */
export interface TaskDetail {
  id: string
  state: string
  ballot: string
  bearer?: string
  origin: string
  /** who keeps it: its custodians of this version. Who of them can be reached: `peers` tells */
  custodians: string[]
  /** of its custodians: 1 at first, one more each time that others take the place of those that are gone */
  version: number
  submittedAt: string
  spec: Record<string, unknown>
  outcome?: Outcome
  decision?: Record<string, unknown>
  /** while it waits: what would let it start, by what hosts offer now, the easiest first */
  wouldHelp?: WouldHelp[]
  attempts: { host: string; code: string; message: string }[]
  timeline: { at: string; peer: string; event: string; detail: string }[]
}
