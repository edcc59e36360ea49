import { readdirSync, readFileSync } from 'node:fs'

/**
 * The processes of this machine that run for a task (SOUK_TASK), or for one run of it (SOUK_FENCE), by their
 * environment. Linux.
 */
export function processesWith(name: 'SOUK_TASK' | 'SOUK_FENCE', value: string): number[] {
  return pids().filter((pid) => read(`/proc/${pid}/environ`).split('\0').includes(`${name}=${value}`))
}

/** The processes that a process started and that go on. Linux. */
export function childrenOf(pid: number): number[] {
  return read(`/proc/${pid}/task/${pid}/children`).trim().split(' ').filter(Boolean).map(Number)
}

/** For a message about a process: how it was called. */
export function commandOf(pid: number): string {
  return `${pid} ${read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim()}`
}

/** To each that is still there. */
export function signalAll(signal: NodeJS.Signals, targets: readonly number[]): void {
  for (const pid of targets) {
    try {
      process.kill(pid, signal)
    } catch {
      // it ended meanwhile
    }
  }
}

function pids(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
}

/** '' of a process that ended meanwhile. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
