import { parseBytes, parseCount, parsePairs } from './amounts.ts'
import { usageError } from './cli-error.ts'

/** What the owner says of the limits of commands; the rest is as the executor has it. */
export interface TaskLimitOverrides {
  memoryBytesDefault?: number
  processesMax?: number
  cpuQuota?: boolean
}

const flag = '--task-limits'
const processesMost = 4_194_304

/** "memory=2G,processes=512,cpu=off", in one or several texts. Every problem names the flag. */
export function parseTaskLimits(texts: readonly string[]): TaskLimitOverrides {
  const overrides: TaskLimitOverrides = {}
  for (const [name, value] of Object.entries(parsePairs(flag, texts, true))) {
    if (name === 'memory') overrides.memoryBytesDefault = parseBytes(flag, value)
    else if (name === 'processes') overrides.processesMax = parseCount(flag, value, 0, processesMost)
    else if (name === 'cpu' && (value === 'on' || value === 'off')) overrides.cpuQuota = value === 'on'
    else if (name === 'cpu') throw usageError(`${flag}: cpu is '${value}'; needed is on or off`)
    else throw usageError(`${flag}: '${name}' is none of memory, processes, cpu`)
  }
  return overrides
}
