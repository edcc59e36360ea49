import { fileURLToPath } from 'node:url'
import { connect, type SoukClient } from '@souk/client'
import { Prng } from '@souk/kernel'
import { BenchMesh } from '../mesh.ts'
import type { Served } from './mesh-run.ts'

/** The real mesh: so many like hosts, each a process; they share the cores of one machine, so tasks sleep. */
export const realHosts = 5
export const realSlotsPerHost = 4
export const realSlots = realHosts * realSlotsPerHost

const functions = fileURLToPath(new URL('../functions.mjs', import.meta.url))
const meanMs = 500

export interface RealPeer {
  id: string
  client: SoukClient
}

/** One stream as the peers served it; times by the machine's clock. */
export interface RealRun {
  served: Served[]
  /** batons that went on from one peer to another after the first time, of all its tasks */
  moves: number
}

/** A Poisson stream of sleeps, all to the first peer or each to any; the same tasks at the same times either way. */
export interface RealStream {
  rho: number
  spanMs: number
  skewed: boolean
}

/** Starts the mesh, lets `work` use it, and stops it. */
export async function withRealMesh<T>(work: (peers: readonly RealPeer[]) => Promise<T>): Promise<T> {
  const mesh = new BenchMesh()
  const peers: RealPeer[] = []
  try {
    for (let i = 0; i < realHosts; i++) {
      const offer = `cpu=${realSlotsPerHost},slots=${realSlotsPerHost}`
      await mesh.add(`host-${i}`, offer, ['--functions', functions])
    }
    await mesh.settled()
    for (const { api } of mesh.peers) {
      const client = await connect([api])
      peers.push({ id: (await client.status()).self, client })
    }
    // Code is compiled, and hosts know how long such tasks take.
    await serve(peers, { rho: 0.5, spanMs: 1_000, skewed: false })
    return await work(peers)
  } finally {
    for (const { client } of peers) await client.close()
    await mesh.stop()
  }
}

/** Submits the stream in its time and waits for all outcomes. Throws where a task does not succeed. */
export async function serve(peers: readonly RealPeer[], stream: RealStream): Promise<RealRun> {
  const before = await received(peers)
  let elsewhere = 0
  const prng = new Prng(1, 'balance')
  const beganMs = Date.now()
  const outcomes: Promise<Served>[] = []
  for (let atMs = prng.exponential(meanMs / (stream.rho * realSlots)); atMs < stream.spanMs; ) {
    const leftMs = beganMs + atMs - Date.now()
    if (leftMs > 0) await new Promise((resolve) => setTimeout(resolve, leftMs))
    const ms = 1 + Math.round(prng.exponential(meanMs))
    const anywhere = prng.below(realHosts)
    const to = stream.skewed ? 0 : anywhere
    const add = async (): Promise<Served> => {
      const task = await servedBy(peers, to, ms)
      if (task.host !== to) elsewhere++
      return task
    }
    outcomes.push(add())
    atMs += prng.exponential(meanMs / (stream.rho * realSlots))
  }
  const served = await Promise.all(outcomes)
  return { served, moves: (await received(peers)) - before - elsewhere }
}

async function servedBy(peers: readonly RealPeer[], to: number, ms: number): Promise<Served> {
  const submittedMs = Date.now()
  const { kind, code, message, host, value } = await peers[to]!.client.submit({
    function: 'timedSleep',
    args: [ms],
  }).outcome
  if (kind !== 'succeeded') throw new Error(`a task of the balance bench ended as ${kind} ${code}: ${message}`)
  const [startMs, endMs] = value as [number, number]
  return { submittedMs, startMs, endMs, host: peers.findIndex(({ id }) => id === host), handovers: 0 }
}

/** Batons that peers got from others since they started. */
async function received(peers: readonly RealPeer[]): Promise<number> {
  const all = await Promise.all(peers.map(({ client }) => client.status()))
  return all.reduce((sum, { counters }) => sum + (counters['task.received'] ?? 0), 0)
}
