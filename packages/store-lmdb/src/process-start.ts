import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/**
 * When a process began, as text that two processes with the same pid do not share; undefined when no such
 * process runs (any more). Linux: clock ticks since boot from /proc. Elsewhere: what `ps` prints.
 */
export function processStart(pid: number): string | undefined {
  if (process.platform === 'linux') {
    try {
      return startTicks(readFileSync(`/proc/${pid}/stat`, 'utf8'))
    } catch {
      return undefined
    }
  }
  try {
    const text = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { encoding: 'utf8', timeout: 5000 })
    const [, state, started] = /^\s*(\S+)\s+(\S.*?)\s*$/.exec(text) ?? []
    return state?.startsWith('Z') ? undefined : started
  } catch {
    return undefined
  }
}

/**
 * Field 22 of /proc/PID/stat; undefined for a process that has ended and was only not collected by its parent yet
 * (state Z or X): it holds nothing any more. The command (field 2) may hold spaces and brackets, so count from its end.
 */
export function startTicks(stat: string): string | undefined {
  const [state = '', ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return state === 'Z' || state === 'X' ? undefined : rest[18]
}

/** Differs after every boot of the machine; empty where the system does not tell. */
export function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  } catch {
    return ''
  }
}
