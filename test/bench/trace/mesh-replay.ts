import { type Profile, peerSubject, profileOf, simulate, type Watch } from '@souk/sim'
import { taskIdOf } from '@souk/wire'
import { type Replay, streamOf } from './job-stream.ts'
import type { Site } from './site.ts'
import type { Job } from './swf.ts'

type Hook<M extends keyof Watch> = Required<Watch>[M]

/** Follows every job: it has started when all of its tasks have. World time, ms. */
class JobWatch implements Watch {
  readonly submittedMs: number[]
  readonly startMs: number[]
  readonly endMs: number[]
  readonly #jobOf: ReadonlyMap<string, number>
  readonly #byTask = new Map<string, number>()

  constructor(jobs: number, jobOf: ReadonlyMap<string, number>) {
    const unknown = () => new Array<number>(jobs).fill(Number.NaN)
    this.submittedMs = unknown()
    this.startMs = unknown()
    this.endMs = unknown()
    this.#jobOf = jobOf
  }

  readonly onSubmit: Hook<'onSubmit'> = (_node, { tasks }, now) => {
    for (const task of tasks) {
      const job = this.#jobOf.get(task.nonce)!
      this.#byTask.set(taskIdOf(task), job)
      if (Number.isNaN(this.submittedMs[job]!)) this.submittedMs[job] = now
    }
  }

  readonly onRun: Hook<'onRun'> = (_node, { task }, now) => {
    this.startMs[this.#byTask.get(task)!] = now
  }

  readonly onRunEnd: Hook<'onRunEnd'> = (_node, { order }, _end, now) => {
    this.endMs[this.#byTask.get(order.task)!] = now
  }
}

export interface MeshReplay {
  /** of each job, s of the log */
  waitsS: number[]
  detail: Record<string, number>
}

/** The real peers in the simulator, with these jobs. Throws when the simulator's checkers found a promise broken. */
export function replayInMesh(jobs: readonly Job[], site: Site, replay: Replay): MeshReplay {
  const { arrivals, jobOf } = streamOf(jobs, site, replay)
  const watch = new JobWatch(jobs.length, jobOf)
  const began = performance.now()
  const result = simulate({
    seed: 1,
    peers: site.hosts.length,
    tasks: arrivals.length,
    profile: profileFor(jobs, site),
    subject: peerSubject(),
    arrivals,
    watches: [watch],
  })
  // At home a task waits beside idle hosts: that is what being off means.
  const [violation] = result.violations.filter(({ invariant }) => replay.moves || invariant !== 'idle')
  if (violation) throw new Error(`the simulated mesh broke ${violation.invariant}: ${violation.detail}`)
  return {
    waitsS: watch.startMs.map((startMs, job) => (startMs - watch.submittedMs[job]!) / replay.msPerS),
    detail: {
      tasks: arrivals.length,
      messages_per_task: result.counters.messages! / arrivals.length,
      virtual_s: result.virtualMs / 1_000,
      wall_s: (performance.now() - began) / 1_000,
    },
  }
}

/** A host is idle beside a waiting task only while it has room for the widest of all. */
function profileFor(jobs: readonly Job[], site: Site): Profile {
  const calm = profileOf('calm')!
  const slots = site.gangs ? 1 : Math.max(...jobs.map(({ processors }) => processors))
  const classes = calm.workload.classes.map((taskClass) => ({ ...taskClass, slots }))
  return {
    ...calm,
    name: 'trace-bench',
    workload: { ...calm.workload, classes },
    hosts: { ...calm.hosts, each: site.hosts },
  }
}
