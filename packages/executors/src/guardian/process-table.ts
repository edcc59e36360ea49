import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'

/** One line of /proc/PID/stat, as far as it is needed here. */
export interface ProcessStat {
  state: string
  group: number
  /** clock ticks since boot */
  startTicks: string
}

const linux = process.platform === 'linux'

/** Reads /proc/PID/stat (Linux); undefined when there is no such process. */
export function processStat(pid: number | 'self'): ProcessStat | undefined {
  const fields = statFields(pid)
  if (!fields) return undefined
  return { state: fields[0]!, group: Number(fields[2]), startTicks: fields[19]! }
}

/** The fields after the command's name, state first: the name may hold spaces and brackets itself. */
export function statFields(pid: number | 'self'): string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return text.slice(text.lastIndexOf(')') + 2).split(' ')
  } catch {
    return undefined
  }
}

/** The boot this is: a start time means nothing without it. Empty where the system does not say. */
export function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()
  } catch {
    return ''
  }
}

/**
 * When a process started, in whatever form the system tells it: with its pid the identity of a process, so that a
 * reused pid is never taken for it. Undefined: there is no such process.
 */
export function processStart(pid: number): string | undefined {
  if (linux) return processStat(pid)?.startTicks
  try {
    const text = execFileSync('/bin/ps', ['-o', 'lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { LC_ALL: 'C' },
    }).trim()
    return text === '' ? undefined : text.replace(/\s+/g, '_')
  } catch {
    return undefined
  }
}

/** It runs no more, and stays in the table until its parent has asked how it ended. */
export function hasEnded({ state }: ProcessStat): boolean {
  return state === 'Z' || state === 'X'
}

/** Whether it runs, as far as the system tells that (Linux). */
export function isAlive(pid: number): boolean {
  if (!linux) return true
  const stat = processStat(pid)
  return stat !== undefined && !hasEnded(stat)
}

/** Pids of every process that there is (Linux; empty elsewhere). */
export function processIds(): number[] {
  if (!linux) return []
  try {
    return readdirSync('/proc').filter(isNumber).map(Number)
  } catch {
    return []
  }
}

/** Every process whose environment says SOUK_FENCE=<one of `fences`>, whatever group or session it moved to (Linux). */
export function processesOfFences(fences: ReadonlySet<string>): number[] {
  return processIds().filter((pid) => {
    const fence = pid === process.pid ? undefined : fenceOf(pid)
    return fence !== undefined && fences.has(fence)
  })
}

/** The SOUK_FENCE that a process was started with. Unreadable: another user's, not ours. */
export function fenceOf(pid: number): string | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/environ`, 'latin1')
    const from = text.startsWith(fenceName) ? 0 : text.indexOf(`\0${fenceName}`) + 1
    if (from === 0 && !text.startsWith(fenceName)) return undefined
    const end = text.indexOf('\0', from)
    return text.slice(from + fenceName.length, end < 0 ? undefined : end)
  } catch {
    return undefined
  }
}

const fenceName = 'SOUK_FENCE='

function isNumber(name: string): boolean {
  const first = name.charCodeAt(0)
  return first >= 48 && first <= 57
}
