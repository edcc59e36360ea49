import type { DrainProgress, RebalanceStatus } from '@souk/client'
import type { ResourceVector } from '@souk/kernel'
import type { CapacityReport } from '@souk/peer'
import type { Offer, Role } from '@souk/wire'

export interface MemberView {
  peer: string
  name: string
  role: Role | string
  state: 'alive' | 'suspect' | 'dead' | 'left'
  incarnation: number
  connected: boolean
  reachable: boolean
  rttMs?: number | undefined
  load?: { waiting: number; freeSlots: number; running: number; draining: boolean; pressed?: boolean } | undefined
  offer?: Offer | undefined
  advert?: { seq: number; wallMs?: number | undefined } | undefined
  addresses: string[]
}

/** The part of a peer's snapshot that the API shows. */
export interface PeerSnapshotView {
  self: string
  name: string
  mesh: string
  role: string
  incarnation: number
  startedWallMs: number
  offer: Offer
  free: ResourceVector
  load?: { waiting: number; running: number; pressed?: boolean } | undefined
  drain: DrainProgress
  rebalance: RebalanceStatus
  members: MemberView[]
  /** who was removed from the mesh */
  removed?: readonly string[] | undefined
  keeping: { members: number; keepers: number; custodians: 1 | 3 | 5; here: boolean; heardFromMajority: boolean }
  /** by state, and by outcome kind for closed ones */
  tasks: Record<string, number>
  store: { ok: boolean; code?: string | undefined; message?: string | undefined }
  /** runs here that lag, and how long runs of each class take at most, but for one in a hundred */
  stragglers?:
    | {
        runs: readonly {
          task: string
          class: string
          elapsedMs: number
          p99Ms: number
          runs: number
          limitMs: number
        }[]
        classes: readonly { class: string; p99Ms: number; runs: number; limitMs: number }[]
      }
    | undefined
  /** what the last audit of this host has found */
  breaches?: readonly { code: string; task?: string; resource: string; seen: number; allowed: number }[] | undefined
  capacity?: CapacityReport | undefined
  /** what its machines are due to do next, soonest first */
  timers: readonly { machine: string; inMs: number }[]
  counters: Record<string, number>
}
