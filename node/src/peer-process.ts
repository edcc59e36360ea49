import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { CliError } from './cli-error.ts'
import type { Context } from './context.ts'
import { isRunning } from './data-folder.ts'
import type { UpReport } from './print/up-report.ts'

/** What a peer tells the process that started it. */
export type PeerMessage =
  | { type: 'up'; report: UpReport }
  | { type: 'failed'; message: string; next?: string; exitCode: number }

export interface PeerProcess {
  pid: number
  report: UpReport
  child: ChildProcess
  /** resolves when the process is gone */
  exited: Promise<void>
}

export interface PeerProcessOptions {
  /** the command and its options, such as ['up', '--data', …] */
  args: string[]
  logPath: string
  /** the peer stops when this process ends, however it ends; else it outlives it */
  tied: boolean
  signal?: AbortSignal
}

/** Tells a peer that it ends with its parent. */
export const tiedVariable = 'SOUK_TIED'

/** Starts a peer in a process of its own and waits until it is up, or has said why not. */
export async function startPeerProcess(context: Context, options: PeerProcessOptions): Promise<PeerProcess> {
  mkdirSync(dirname(options.logPath), { recursive: true, mode: 0o700 })
  const log = openSync(options.logPath, 'a', 0o600)
  const [program = process.execPath, ...words] = context.self
  const child = spawn(program, [...words, ...options.args], {
    detached: true,
    cwd: context.cwd,
    stdio: ['ignore', log, log, 'ipc'],
    env: { ...context.env, [tiedVariable]: options.tied ? '1' : '' },
  })
  closeSync(log)
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  try {
    const report = await firstWord(child, options)
    if (!options.tied) {
      if (child.connected) child.disconnect()
      child.unref()
    }
    return { pid: child.pid!, report, child, exited }
  } catch (error) {
    child.kill('SIGKILL')
    // Nothing of it writes any more: who has started it may remove what it had.
    if (child.pid !== undefined) await exited
    throw error
  }
}

/** Resolves with the report of a peer that is up. What becomes of the child after its first word is not looked at. */
async function firstWord(child: ChildProcess, options: PeerProcessOptions): Promise<UpReport> {
  const heard = new AbortController()
  try {
    return await new Promise((resolve, reject) => {
      const abort = (): void => reject(options.signal?.reason)
      options.signal?.addEventListener('abort', abort, { signal: heard.signal })
      if (options.signal?.aborted) abort()
      child.on('error', reject)
      child.once('message', (message: PeerMessage) => {
        if (message.type === 'up') resolve(message.report)
        else {
          const next = message.next === undefined ? {} : { next: message.next }
          reject(new CliError(message.message, { exitCode: message.exitCode, ...next }))
        }
      })
      // Not 'exit': what it said last may still be on its way then.
      child.once('close', (code, signal) => {
        if (heard.signal.aborted) return
        const last = tail(options.logPath)
        const seen = last === '' ? '; it wrote nothing' : `:\n${last}`
        reject(new CliError(`the peer ended at once (${signal ?? `exit ${code}`})${seen}`))
      })
    })
  } finally {
    heard.abort()
  }
}

/** The last lines of a log; '' where there is none. */
function tail(path: string): string {
  try {
    return readFileSync(path, 'utf8').trimEnd().split('\n').slice(-8).join('\n')
  } catch {
    return ''
  }
}

/** Asks a process to end and waits; after `msMax` it is killed. True when it ended by itself. */
export async function endProcess(pid: number, msMax: number): Promise<boolean> {
  if (!signalTo(pid, 'SIGTERM')) return true
  if (await isGoneWithin(pid, msMax)) return true
  signalTo(pid, 'SIGKILL')
  await isGoneWithin(pid, 5000)
  return false
}

/** Looks until the process is gone, at most so long. */
export async function isGoneWithin(pid: number, msMax: number): Promise<boolean> {
  const end = performance.now() + msMax
  while (isRunning(pid)) {
    if (performance.now() > end) return false
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return true
}

function signalTo(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal)
  } catch {
    return false
  }
}
