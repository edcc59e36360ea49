import { readFileSync } from 'node:fs'
import { statFields } from './process-table.ts'

/** Linux reports in hundredths of a second to user space, whatever the kernel's own tick. */
const msPerTick = 10
/** How deep and wide a run's process tree is looked at; beyond it the peak is understated. */
const treeMax = 64

/**
 * CPU time of all children that were waited for so far, with what they had waited for themselves; 0 where unknown.
 * The difference around an exit is that run's CPU time.
 */
export function childrenCpuMs(): number {
  const fields = statFields('self')
  if (!fields) return 0
  return (Number(fields[13]) + Number(fields[14])) * msPerTick
}

/** CPU time of a process and of the children that it has waited for; 0 where unknown. */
export function processCpuMs(pid: number): number {
  const fields = statFields(pid)
  if (!fields) return 0
  return [11, 12, 13, 14].reduce((sum, at) => sum + Number(fields[at]), 0) * msPerTick
}

/** Sum of the peak resident sizes of a process and its descendants, in bytes; 0 where unknown (Linux only). */
export function treePeakBytes(root: number): number {
  const pids = [root]
  let sum = 0
  for (let i = 0; i < pids.length && i < treeMax; i++) {
    sum += peakBytes(pids[i]!)
    for (const child of children(pids[i]!)) pids.push(child)
  }
  return sum
}

function peakBytes(pid: number): number {
  try {
    const match = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))
    return match ? Number(match[1]) * 1024 : 0
  } catch {
    return 0
  }
}

function children(pid: number): number[] {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').trim()
    return text === '' ? [] : text.split(' ').map(Number)
  } catch {
    return []
  }
}
