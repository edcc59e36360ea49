import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { connect, type SoukClient, type Task } from '@souk/client'
import { Prng } from '@souk/kernel'
import type { BenchMesh, BenchPeer } from './mesh.ts'
import { quantile } from './report.ts'

/** Submitted for each kill at the first peer, which is never killed; some of them run at the peer that will be. */
const atFirst = 6
/** Submitted at the peer that will be killed: it runs them itself, so their origin dies as well. */
const atVictim = 2
/** From the start of the tasks to the kill, ms: before they are renewed for the first time, and after. */
const runMs = [200, 3000] as const
/** A task that has not begun again so long after is counted as taking so long, ms. */
const patienceMs = 20_000
const lookMs = 10

interface Start {
  host: string
  atMs: number
}

export interface Recoveries {
  /** from the kill to the new start, one for each task that ran there */
  seconds: number[]
  detail: Record<string, unknown>
}

/**
 * A peer that runs tasks is killed (SIGKILL), again and again another one; each task that ran there writes the time when
 * it starts, so from the kill to its start elsewhere is seen from outside. In between the killed peer starts again, and
 * all have met before the next is killed.
 */
export async function recoveries(mesh: BenchMesh, kills: number): Promise<Recoveries> {
  const prng = new Prng(1, 'kills')
  const stamps = new Stamps(join(mesh.folder, 'stamps'))
  const all: Recovery[] = []
  let notBegun = 0
  for (let i = 0; i < kills; i++) {
    const victim = mesh.peers[1 + (i % (mesh.peers.length - 1))]!
    const waitMs = runMs[0] + prng.float() * (runMs[1] - runMs[0])
    const round = await killOnce(mesh, victim, stamps, waitMs)
    all.push(...round.recovered)
    notBegun += round.notBegun
  }
  const seconds = all.map((one) => one.seconds)
  const where = (own: boolean) => all.filter(({ ownOrigin }) => ownOrigin === own).map((one) => one.seconds)
  return {
    seconds,
    detail: {
      kills,
      tasks: all.length,
      /** before the kill, within the time that a recovery may take */
      not_begun: notBegun,
      never: seconds.filter((s) => s * 1000 >= patienceMs).length,
      p50_s: quantile(seconds, 0.5),
      p95_s: quantile(seconds, 0.95),
      max_s: Math.max(...seconds),
      origin_alive: { tasks: where(false).length, p95_s: quantile(where(false), 0.95) },
      origin_killed: { tasks: where(true).length, p95_s: quantile(where(true), 0.95) },
      each: all.map(({ seconds: s, ownOrigin, heldMs }) => ({ seconds: s, ownOrigin, heldMs })),
    },
  }
}

interface Recovery {
  seconds: number
  /** it was submitted at the peer that was killed */
  ownOrigin: boolean
  /** from its start to the kill */
  heldMs: number
}

async function killOnce(
  mesh: BenchMesh,
  victim: BenchPeer,
  stamps: Stamps,
  waitMs: number,
): Promise<{ recovered: Recovery[]; notBegun: number }> {
  const first = await connect([mesh.peers[0]!.api])
  const own = await connect([victim.api])
  try {
    const there = await submitAll(own, atVictim, stamps.task({}))
    const others = await submitAll(first, atFirst, stamps.task({ first: 'false' }))
    const tasks = [...there, ...others]
    await look(() => tasks.every((task) => stamps.of(task).length > 0))
    await pause(waitMs)
    const lost = tasks.filter((task) => stamps.of(task).at(-1)?.host === victim.name)
    const killedAtMs = Date.now()
    await mesh.kill(victim)
    await look(() => lost.every((task) => stamps.of(task).length > 1))
    const notBegun = tasks.filter((task) => stamps.of(task).length === 0).length
    const recovered = lost.map((task) => {
      const [begun, again] = stamps.of(task)
      const tookMs = again === undefined ? patienceMs : again.atMs - killedAtMs
      return { seconds: tookMs / 1000, ownOrigin: there.includes(task), heldMs: killedAtMs - begun!.atMs }
    })
    await Promise.all(tasks.map((task) => first.cancel(task)))
    await mesh.again(victim)
    await mesh.settled()
    return { recovered, notBegun }
  } finally {
    await first.close()
    await own.close()
  }
}

async function submitAll(client: SoukClient, count: number, task: Task): Promise<string[]> {
  return await Promise.all(Array.from({ length: count }, () => client.submit(task).id))
}

/** A file to which each start of a task appends its id, its host and the time. */
class Stamps {
  readonly #path: string

  constructor(path: string) {
    this.#path = path
  }

  /** Starts, says so, and runs until it is stopped. */
  task(labels: Record<string, string>): Task {
    const script = 'echo "$SOUK_TASK $SOUK_HOST $(date +%s%3N)" >> "$0"; exec sleep 600'
    return { argv: ['sh', '-c', script, this.#path], labels }
  }

  of(task: string): Start[] {
    if (!existsSync(this.#path)) return []
    return readFileSync(this.#path, 'utf8')
      .split('\n')
      .map((line) => line.split(' '))
      .filter(([id]) => id === task)
      .map(([, host, at]) => ({ host: host!, atMs: Number(at) }))
  }
}

/** Looks until it is so, or patience is at an end. */
async function look(isSo: () => boolean): Promise<void> {
  const end = performance.now() + patienceMs
  while (!isSo() && performance.now() < end) await pause(lookMs)
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
