import type { KnownHost } from '@souk/sim'
import type { LogName } from './log-files.ts'
import type { Job } from './swf.ts'

/** What a log ran on, and how its jobs are submitted to the mesh that stands for it. */
export interface Site {
  /** processors of each cluster of the central scheduler */
  clusters: readonly number[]
  /** one peer each */
  hosts: readonly KnownHost[]
  /** the peer that a job is submitted to */
  submittedTo(job: Job): number
  /** a job wider than one host is a gang, a process on each of so many; else one task with so many slots */
  gangs: boolean
  /** the labels that keep a job where it would run without a mesh */
  home(job: Job): Record<string, string>
}

/** The clusters of METACENTRUM, as the archive lists them; partition k is the k-th. */
const metacentrum = [8, 16, 10, 80, 32, 64, 148, 70, 20, 6, 92, 152, 64, 44]
const kthProcessors = 100
/** Blocks of KTH's hosts, each a power of two: those that hold the last hosts are smaller. */
const blockLevels = 8

/**
 * KTH: 100 hosts of one processor, a peer each; every user submits to one of them. Its home: a block of 2^k neighbouring
 * hosts, the smallest kind that it fits on, which of them by its number. METACENTRUM: a peer for each cluster, with
 * its processors as slots; a job is submitted to the cluster that it ran on, and is at home there.
 */
export const sites: Record<LogName, Site> = {
  KTH: {
    clusters: [kthProcessors],
    hosts: Array.from({ length: kthProcessors }, (_, host) => ({ slots: 1, labels: blocksOf(host) })),
    submittedTo: ({ user }) => Math.max(0, user) % kthProcessors,
    gangs: true,
    home: blockFor,
  },
  METACENTRUM: {
    clusters: metacentrum,
    hosts: metacentrum.map((slots, cluster) => ({ slots, labels: { cluster: `${cluster + 1}` } })),
    submittedTo: ({ partition }) => partition - 1,
    gangs: false,
    home: ({ partition }) => ({ cluster: `${partition}` }),
  },
}

/** What the site can run at all: on one of its clusters, and on the one that the log names. */
export function runnableOn({ clusters, gangs }: Site, jobs: readonly Job[]): Job[] {
  return jobs.filter(
    ({ processors, partition }) => processors <= (gangs ? clusters[0]! : (clusters[partition - 1] ?? 0)),
  )
}

function blocksOf(host: number): Record<string, string> {
  const levels = Array.from({ length: blockLevels }, (_, level) => [`block${2 ** level}`, `${host >> level}`])
  return Object.fromEntries(levels)
}

function blockFor({ id, processors }: Job): Record<string, string> {
  const size = 2 ** Math.ceil(Math.log2(processors))
  // Only the last block may be cut short, and it may be too small for it.
  const whole = Math.floor(kthProcessors / size)
  const last = kthProcessors % size >= processors ? 1 : 0
  return { [`block${size}`]: `${id % (whole + last)}` }
}
