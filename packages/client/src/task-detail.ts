import type { Outcome } from './outcome.ts'
import type { Straggler } from './straggler.ts'
import type { WouldHelp } from './would-help.ts'

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
  /** its run takes far longer than its like */
  straggles?: Straggler
  /** it can never end: most of its custodians, which are these, were removed from the mesh */
  unendable?: { removed: string[] }
  attempts: { host: string; code: string; message: string }[]
  timeline: { at: string; peer: string; event: string; detail: string }[]
}
