import { readdirSync, readFileSync } from 'node:fs'

/** User and system time of a process, in hundredths of a second. Linux. */
export function cpuTicks(pid: number): number {
  const fields = statOf(pid)
  return fields.length === 0 ? 0 : Number(fields[11]) + Number(fields[12])
}

/** The same of these processes and all that descend from them, in µs. What has ended meanwhile is not counted. */
export function cpuMicros(roots: readonly number[]): number {
  const parents = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => [Number(name), Number(statOf(Number(name))[1])] as const)
  const family = new Set(roots)
  for (let before = 0; before < family.size; ) {
    before = family.size
    for (const [pid, parent] of parents) if (family.has(parent)) family.add(pid)
  }
  return [...family].reduce((sum, pid) => sum + cpuTicks(pid), 0) * 10_000
}

/** The fields of /proc/PID/stat behind the name; none of a process that has ended. */
function statOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ')
  } catch {
    return []
  }
}
