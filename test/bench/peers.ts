import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildCli } from './mesh.ts'
import { type Bench, type BenchOptions, type Measured, NeedsError } from './report.ts'

const folder = fileURLToPath(new URL('./peers', import.meta.url))

/** What one system measured on the common workload (see peers/workload.mjs). */
interface SystemFigures {
  system: string
  latencyP50Ms?: number
  latencyP99Ms?: number
  noopPerSecond?: number
  makespanOverIdeal?: number
  makespanOverFifoBound?: number
  workerKill?: {
    submitted: number
    completed: number
    lost: number
    duplicated: number
    seconds: number
    idealSeconds: number
  }
  coordinatorKill?: { submitted: number; completed: number }
}

/** Souk beside what a user would pick instead, measured in the same run on the same machine. */
export const peers: Bench = {
  name: 'peers',
  summary: 'beside Moleculer and BullMQ + Redis on one workload',
  targets: {
    durable_per_s_over_bullmq: ['>=', 1],
    fast_per_s_over_moleculer: ['>=', 1],
    latency_p50_over_bullmq: ['<=', 2],
    makespan_over_fifo_bound: ['<=', 1.04],
    worker_kill_lost: ['=', 0],
    worker_kill_duplicated_pct: ['<=', 1],
    worker_kill_over_ideal_s: ['<=', 4],
    submit_peer_kill_completed_pct: ['=', 100],
  },
  run,
}

async function run({ quick, say }: BenchOptions): Promise<Measured> {
  const measures = quick ? 'W1,W2,W3' : 'W1,W2,W3,W4,W5'
  say('building the program')
  buildCli()
  installOthers(say)
  const bullmq = hasRedis() ? await system('bullmq.mjs', measures, {}, say) : undefined
  const moleculer = await system('moleculer.mjs', quick ? measures : 'W1,W2,W3,W4', {}, say)
  const durable = await system('souk.ts', measures, {}, say)
  const fast = await system('souk.ts', 'W1,W2', { SOUK_DURABILITY: 'none' }, say)
  const others: Record<string, unknown> = { souk: durable, souk_none: fast, moleculer }
  if (bullmq) others.bullmq = bullmq
  return { figures: { ...ratios(durable, fast, bullmq, moleculer), ...deaths(durable) }, detail: others }
}

function ratios(
  durable: SystemFigures,
  fast: SystemFigures,
  bullmq: SystemFigures | undefined,
  moleculer: SystemFigures,
): Record<string, number> {
  const figures: Record<string, number> = {}
  put(figures, 'durable_per_s_over_bullmq', ratio(durable.noopPerSecond, bullmq?.noopPerSecond))
  put(figures, 'fast_per_s_over_moleculer', ratio(fast.noopPerSecond, moleculer.noopPerSecond))
  put(figures, 'latency_p50_over_bullmq', ratio(durable.latencyP50Ms, bullmq?.latencyP50Ms))
  put(figures, 'makespan_over_fifo_bound', durable.makespanOverFifoBound)
  return figures
}

function deaths({ workerKill, coordinatorKill }: SystemFigures): Record<string, number> {
  const figures: Record<string, number> = {}
  if (workerKill) {
    figures.worker_kill_lost = workerKill.lost
    figures.worker_kill_duplicated_pct = (100 * workerKill.duplicated) / workerKill.submitted
    figures.worker_kill_over_ideal_s = workerKill.seconds - workerKill.idealSeconds
  }
  if (coordinatorKill) {
    figures.submit_peer_kill_completed_pct = (100 * coordinatorKill.completed) / coordinatorKill.submitted
  }
  return figures
}

function put(figures: Record<string, number>, name: string, value: number | undefined): void {
  if (value !== undefined) figures[name] = value
}

const ratio = (ours: number | undefined, theirs: number | undefined): number | undefined =>
  ours === undefined || theirs === undefined ? undefined : ours / theirs

function hasRedis(): boolean {
  return spawnSync('redis-server', ['--version']).status === 0
}

/** The other systems are installed beside their own manifest, not into the workspace. */
function installOthers(say: (line: string) => void): void {
  if (!hasRedis()) say('redis-server is not installed (Debian: apt-get install redis-server): no figures over BullMQ')
  if (existsSync(join(folder, 'node_modules/moleculer'))) return
  say('installing the other systems')
  const installed = spawnSync('npm', ['install', '--no-audit', '--no-fund', '--no-package-lock'], {
    cwd: folder,
    encoding: 'utf8',
  })
  if (installed.status !== 0) throw new NeedsError(`npm install in test/bench/peers failed: ${installed.stderr}`)
}

/** Runs the workload on one system in a process of its own; its last line is the figures. */
function system(
  file: string,
  measures: string,
  env: Record<string, string>,
  say: (line: string) => void,
): Promise<SystemFigures> {
  say(`${file}${env.SOUK_DURABILITY ? ` durability ${env.SOUK_DURABILITY}` : ''}: ${measures}`)
  const scratch = mkdtempSync(join(tmpdir(), 'souk-peers-'))
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(folder, file)], {
      cwd: folder,
      env: { ...process.env, ...env, PEER_MEASURES: measures, PEER_LOG: join(scratch, 'executions.log') },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', (chunk) => {
      stdout += chunk
    })
    child.stderr.on('data', (chunk) => {
      stderr += chunk
    })
    child.once('exit', () => {
      rmSync(scratch, { recursive: true, force: true })
      const line = stdout.trimEnd().split('\n').at(-1) ?? ''
      try {
        resolve(JSON.parse(line) as SystemFigures)
      } catch {
        reject(new NeedsError(`${file} gave no figures: ${stderr.slice(-2000) || stdout.slice(-500)}`))
      }
    })
  })
}
