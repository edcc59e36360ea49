import type { FileInput, Outcome, SoukClient, Task, TaskDetail } from '@souk/client'
import type { Decision } from '@souk/wire'
import { outputOf } from '../files-out.ts'
import type { DemoMesh, DemoPeer } from './demo-mesh.ts'
import { type DemoFile, digestHere, digestScript, loadTopWords, wordSource } from './demo-work.ts'
import { HalfWayKiller } from './half-way-killer.ts'

const wordsKept = 5
const detailsAtOnce = 16

/** A task of the demo with the answer it must come back with. */
interface Job {
  kind: 'process' | 'function'
  task: Task
  file: DemoFile
}

export interface DemoFigures {
  tasks: number
  processTasks: number
  functionTasks: number
  succeeded: number
  failed: number
  lost: number
  /** outcomes that differ from the same work done here */
  different: string[]
  wallMs: number
  tasksPerSecond: number
  killed: string
  /** tasks that began on the killed peer and were run again elsewhere */
  rerun: number
  /** runs beyond the first of each task */
  retries: number
  /** of the tasks that ran where they were submitted or were auctioned: deciding where, waiting for room apart */
  decisionMs: { p50: number; p99: number }
  /** from submit (or recovery) to award, waiting for room included */
  placedMs: { p50: number; p99: number }
  bids: { total: number; perAuction: number }
  how: Record<string, number>
  perPeer: Record<string, { process: number; function: number; runMs: number }>
  /** the task that is explained */
  explained: TaskDetail
}

export interface DemoRunOptions {
  client: SoukClient
  mesh: DemoMesh
  files: DemoFile[]
  onProgress(done: number, failed: number): void
  say(text: string): void
  signal: AbortSignal
}

/** Submits everything to the first peer, kills another half-way, and counts. */
export async function runDemo(options: DemoRunOptions): Promise<DemoFigures> {
  const { client, files, signal } = options
  const jobs = await makeJobs(client, files)
  const commands = jobs.filter(({ kind }) => kind === 'process').length
  const killer = new HalfWayKiller({ ...options, tasks: jobs.length, commands })
  const began = performance.now()
  let done = 0
  let failed = 0
  const onEnd = (outcome: Outcome, _: number, { kind }: Job): void => {
    done++
    if (outcome.kind !== 'succeeded') failed++
    options.onProgress(done, failed)
    killer.onEnd(kind === 'process')
  }
  let outcomes: Outcome[]
  let wallMs: number
  let victim: DemoPeer
  try {
    outcomes = await client.map(jobs, (job) => job.task, { signal, onEnd })
    wallMs = performance.now() - began
    victim = await killer.killed
  } finally {
    await killer.close()
  }
  const details = await fetchDetails(client, outcomes)
  const different = await compare(client, jobs, outcomes)
  return summarize({ jobs, outcomes, details, different, wallMs, victim, mesh: options.mesh })
}

async function makeJobs(client: SoukClient, files: readonly DemoFile[]): Promise<Job[]> {
  const code = Buffer.from(wordSource)
  const module: FileInput = { path: 'word-work.mjs', ...(await client.putBlob(code)) }
  const refs = await Promise.all(files.map((file) => client.putBlob(file.data)))
  const commands = files.map((file, i): Job => {
    const inputs = [{ path: file.path, ...refs[i]! }]
    return {
      kind: 'process',
      file,
      task: { name: `digest ${file.path}`, argv: [process.execPath, '-e', digestScript, file.path], inputs },
    }
  })
  const functions = files.map((file): Job => {
    return {
      kind: 'function',
      file,
      task: { name: `words ${file.path}`, function: 'topWords', args: [file.text, wordsKept], module },
    }
  })
  return [...commands, ...functions]
}

async function fetchDetails(client: SoukClient, outcomes: readonly Outcome[]): Promise<TaskDetail[]> {
  const details: TaskDetail[] = new Array(outcomes.length)
  let next = 0
  const worker = async (): Promise<void> => {
    for (let i = next++; i < outcomes.length; i = next++) details[i] = await client.task(outcomes[i]!.task)
  }
  await Promise.all(Array.from({ length: detailsAtOnce }, worker))
  return details
}

/** The names of tasks whose result differs from the same work done here. */
async function compare(client: SoukClient, jobs: readonly Job[], outcomes: readonly Outcome[]): Promise<string[]> {
  const topWords = await loadTopWords()
  const different: string[] = []
  for (const [i, { kind, file, task }] of jobs.entries()) {
    const outcome = outcomes[i]!
    const expected = kind === 'process' ? digestHere(file.data) : topWords(file.text, wordsKept)
    const text =
      kind === 'process'
        ? Buffer.from(await outputOf(client, outcome, 'stdout'))
            .toString()
            .trim()
        : JSON.stringify(outcome.value)
    if (text !== JSON.stringify(expected)) different.push(task.name ?? outcome.task)
  }
  return different
}

interface Counted {
  jobs: readonly Job[]
  outcomes: readonly Outcome[]
  details: readonly TaskDetail[]
  different: string[]
  wallMs: number
  victim: DemoPeer
  mesh: DemoMesh
}

/** Ways in which the peer that has a task chooses its place itself. */
const decidedHere: ReadonlySet<string> = new Set(['local', 'load-stamp', 'auction'])

function summarize({ jobs, outcomes, details, different, wallMs, victim, mesh }: Counted): DemoFigures {
  const names = new Map(mesh.peers.map((peer) => [peer.report.peer, peer.name]))
  const perPeer: DemoFigures['perPeer'] = {}
  for (const peer of mesh.peers) perPeer[peer.name] = { process: 0, function: 0, runMs: 0 }
  for (const [i, outcome] of outcomes.entries()) {
    const name = names.get(outcome.host ?? '') ?? '?'
    const line = perPeer[name] ?? { process: 0, function: 0, runMs: 0 }
    perPeer[name] = line
    line[jobs[i]!.kind]++
    line.runMs += outcome.runMs
  }
  const decisions = details.flatMap((detail) => (detail.decision === undefined ? [] : [detail.decision as Decision]))
  const auctions = decisions.filter((decision) => decision.bidsTotal > 0)
  // What a host fetched was not decided here; it waited for room, which is no time of deciding either.
  const deciding = decisions.filter(({ how }) => decidedHere.has(how)).map((d) => d.auctionMs)
  const times = decisions.map((decision) => decision.decisionMs)
  const bids = auctions.reduce((sum, decision) => sum + decision.bidsTotal, 0)
  const how: Record<string, number> = {}
  for (const decision of decisions) how[decision.how] = (how[decision.how] ?? 0) + 1
  const rerun = outcomes.filter((outcome) => outcome.attempts.some((attempt) => attempt.host === victim.report.peer))
  const count = (kind: string): number => outcomes.filter((outcome) => outcome.kind === kind).length
  return {
    tasks: outcomes.length,
    processTasks: jobs.filter((job) => job.kind === 'process').length,
    functionTasks: jobs.filter((job) => job.kind === 'function').length,
    succeeded: count('succeeded'),
    failed: outcomes.length - count('succeeded') - count('lost') - count('quarantined'),
    lost: count('lost') + count('quarantined'),
    different,
    wallMs: Math.round(wallMs),
    tasksPerSecond: Math.round((outcomes.length / wallMs) * 1000),
    killed: victim.name,
    rerun: rerun.length,
    retries: outcomes.reduce((sum, outcome) => sum + outcome.attempts.length, 0),
    decisionMs: { p50: quantile(deciding, 0.5), p99: quantile(deciding, 0.99) },
    placedMs: { p50: quantile(times, 0.5), p99: quantile(times, 0.99) },
    bids: { total: bids, perAuction: auctions.length === 0 ? 0 : Math.round((bids / auctions.length) * 10) / 10 },
    how,
    perPeer,
    explained: pickExplained(details, victim),
  }
}

/** The most telling task: one that was run again and bid for, else one that several bid for, else one run again. */
function pickExplained(details: readonly TaskDetail[], victim: DemoPeer): TaskDetail {
  const bids = (detail: TaskDetail): number => (detail.decision as Decision | undefined)?.bidsTotal ?? 0
  const again = details.filter((detail) => detail.attempts.some((attempt) => attempt.host === victim.report.peer))
  return (
    again.find((detail) => bids(detail) > 0) ?? details.find((detail) => bids(detail) > 1) ?? again[0] ?? details[0]!
  )
}

function quantile(values: readonly number[], q: number): number {
  if (values.length === 0) return 0
  const sorted = values.toSorted((a, b) => a - b)
  return Math.round(sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))]! * 100) / 100
}
