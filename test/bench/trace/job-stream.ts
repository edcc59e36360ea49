import { type Arrival, plainDraft, type TaskClass } from '@souk/sim'
import { gangNonce } from '@souk/wire'
import type { Site } from './site.ts'
import type { Job } from './swf.ts'

const shape = { cpuMilli: 1_000, memoryBytes: 2 ** 30 }

/** How the jobs of a log come to a mesh. */
export interface Replay {
  /** ms of the mesh for a second of the log */
  msPerS: number
  /** whether a job may run on any host, or only where it is at home */
  moves: boolean
}

/** The jobs as tasks, in the order they come; those of one job follow each other. By nonce: which job it is of. */
export function streamOf(
  jobs: readonly Job[],
  site: Site,
  { msPerS, moves }: Replay,
): { arrivals: Arrival[]; jobOf: Map<string, number> } {
  const jobOf = new Map<string, number>()
  const beganS = jobs[0]?.submitS ?? 0
  const arrivals = jobs.flatMap((job, index) => {
    const atMs = (job.submitS - beganS) * msPerS
    const all = draftsOf(job, index, site, msPerS)
    return all.map((draft): Arrival => {
      jobOf.set(draft.nonce, index)
      draft.spec.labels = moves ? {} : site.home(job)
      return { atMs, node: site.submittedTo(job), draft }
    })
  })
  return { arrivals, jobOf }
}

/** Its users know how long it may take at most, where the log says so; nobody knows how long it will. */
function draftsOf({ runS, limitS, processors, user }: Job, index: number, { gangs }: Site, msPerS: number) {
  const name = `user${user}`
  const taskClass: TaskClass = {
    ...{ name, weight: 1, duration: { kind: 'fixed', ms: 0 } },
    cpuMilli: shape.cpuMilli * (gangs ? 1 : processors),
    memoryBytes: shape.memoryBytes * (gangs ? 1 : processors),
    slots: gangs ? 1 : processors,
  }
  const draft = plainDraft(1, index, taskClass, runS * msPerS)
  // A limit that is what it really takes must not stop it at the very end.
  if (limitS !== undefined) draft.spec.timeoutMs = Math.ceil(limitS * msPerS) + 1
  if (!gangs || processors === 1) return [draft]
  return Array.from({ length: processors }, (_, rank) => {
    const gang = { id: draft.nonce, size: processors, rank }
    return { ...draft, nonce: gangNonce(draft.nonce, rank), spec: { ...draft.spec, gang } }
  })
}
