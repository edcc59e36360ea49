import type { DrainProgress } from './drain.ts'
import type { RebalanceStatus } from './rebalance.ts'
import type { Straggler } from './straggler.ts'

/** How tasks that are submitted to a peer now are kept. */
export interface Keeping {
  /** who has a certificate of this mesh, up or not */
  members: number
  /** those of them that keep custody */
  keepers: number
  /** so many of the keepers a task gets: with 3 it survives the loss of one, with 5 of two, with 1 of none */
  custodians: 1 | 3 | 5
  /** this peer is one of the keepers */
  here: boolean
  /** false: where others keep a task too, this peer does not vote on it yet */
  heardFromMajority: boolean
}

/** Who keeps a limit of commands: the kernel by cgroups, a look every 250 ms at best, or nobody. */
export type LimitKeeper = 'cgroup-v2' | 'cgroup-v1' | 'watchdog' | 'nothing'

/** What is enforced there of what commands ask for. */
export interface Limits {
  memory: LimitKeeper
  cpu: LimitKeeper
  processes: LimitKeeper
  /** why it is not the kernel that keeps them all; '' where it does */
  reason: string
}

/** Something on a host that must not be: `seen` of `allowed`. */
export interface AuditBreach {
  /** over-capacity, ledger-drift, unknown-run, missing-run or over-promise */
  code: string
  task?: string
  resource: string
  seen: number
  allowed: number
}

/** What the host's own audit finds: every ten seconds it compares what is promised, what runs, what is used and what it has. */
export interface AuditStatus {
  /** of the last look */
  breaches: AuditBreach[]
  /** since the peer started, each as often as it was seen */
  breachesEver: number
}

/** What a peer starts others with when the mesh needs them. */
export interface Scaling {
  /** local or command */
  kind: string
  /** false: the mesh does not let it invite anybody (any more), so it starts none */
  able: boolean
}

/** What one machine of a peer waits for. */
export interface Timer {
  /** roster, custodian, bidder, … */
  machine: string
  /** so long it waits until it does something of itself; 0: it is due */
  inMs: number
}

/** A peer at a glance. */
export interface Status {
  self: string
  name: string
  mesh: string
  version: string
  role: string
  incarnation: number
  uptimeMs: number
  addresses: string[]
  offer: Record<string, unknown>
  free: Record<string, unknown>
  peers: { alive: number; suspect: number; dead: number }
  limits: Limits
  audit: AuditStatus
  keeping: Keeping
  drain: DrainProgress
  /** runs of this host that take far longer than their like, longest first */
  stragglers: Straggler[]
  rebalance: RebalanceStatus
  /** absent: it starts no others */
  scaling?: Scaling
  /** what its machines are due to do next of themselves, soonest first */
  timers: Timer[]
  tasks: Record<string, number>
  store: { ok: boolean; code?: string; message?: string }
  counters: Record<string, number>
}
