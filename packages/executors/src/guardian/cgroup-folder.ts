import { readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { killEach } from './group.ts'

/** How long killed processes may take to leave a cgroup; longer only where they hang in the kernel. */
const emptyMsMax = 5000
const pollMsMax = 50

/** A file of a cgroup; undefined where this kernel has no such file, or the cgroup is gone. */
export function readFile(folder: string, name: string): string | undefined {
  try {
    return readFileSync(`${folder}/${name}`, 'latin1')
  } catch {
    return undefined
  }
}

/** A file that is one number. */
export function readNumber(folder: string, name: string): number | undefined {
  const text = readFile(folder, name)?.trim() || undefined
  const value = text === undefined ? Number.NaN : Number(text)
  return Number.isFinite(value) && value >= 0 ? value : undefined
}

/** One field of a file of lines "name value", such as memory.events; 0 where there is none. */
export function readField(folder: string, name: string, field: string): number {
  for (const line of readFile(folder, name)?.split('\n') ?? []) {
    const [key, value] = line.split(' ')
    if (key === field) return Number(value) || 0
  }
  return 0
}

/** Throws where the kernel refuses. */
export function writeValue(folder: string, name: string, value: number | string): void {
  writeFileSync(`${folder}/${name}`, String(value))
}

/** Pids in a cgroup; none where it is gone. */
export function pidsIn(folder: string): number[] {
  const text = readFile(folder, 'cgroup.procs')?.trim() ?? ''
  return text === '' ? [] : text.split('\n').map(Number)
}

/** Kills all that is in a cgroup and waits until it is empty; false when something is still there after 5 s. */
export async function emptyCgroup(folder: string): Promise<boolean> {
  let waited = 0
  for (let pauseMs = 1; ; pauseMs = Math.min(pauseMs * 2, pollMsMax)) {
    const pids = pidsIn(folder)
    if (pids.length === 0) return true
    if (waited >= emptyMsMax) return false
    killAll(folder, pids)
    await new Promise((resolve) => setTimeout(resolve, pauseMs))
    waited += pauseMs
  }
}

function killAll(folder: string, pids: number[]): void {
  try {
    // At once for all of them, whatever they start meanwhile (v2 since Linux 5.14).
    writeValue(folder, 'cgroup.kill', 1)
  } catch {
    // 0: of another pid namespace.
    killEach(pids.filter((pid) => pid > 1))
  }
}

/** Removes an empty cgroup. False: something is still in it, or on its way out. */
export function removeCgroup(folder: string): boolean {
  try {
    rmdirSync(folder)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT'
  }
}

/** Names of the cgroups in a folder that begin so. */
export function cgroupsIn(folder: string, prefix: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && entry.name.startsWith(prefix))
      .map(({ name }) => name)
      .sort()
  } catch {
    return []
  }
}
