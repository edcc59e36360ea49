import { join } from 'node:path'
import type { Throughput } from '@souk/inventory'
import { type DataFolder, readJson, writeSecret } from './data-folder.ts'

/** A disk does not change; what else it has to do at a moment should not count for longer. */
const ageMsMax = 30 * 24 * 3_600_000

const pathIn = ({ path }: DataFolder): string => join(path, 'throughput.json')

/** What was measured of the data folder's disk; undefined where nothing was, or the file holds something else. */
export function readThroughput(folder: DataFolder): Throughput | undefined {
  let kept: unknown
  try {
    kept = readJson(pathIn(folder))
  } catch {
    // It is measured again.
  }
  const { writeBytesPerSecond, syncMs, measuredAt } = (kept ?? {}) as Partial<Throughput>
  const isWhole =
    typeof writeBytesPerSecond === 'number' && typeof syncMs === 'number' && typeof measuredAt === 'string'
  return isWhole ? { writeBytesPerSecond, syncMs, measuredAt } : undefined
}

export function isStale(throughput: Throughput | undefined, wallMs: number): boolean {
  return throughput === undefined || !(wallMs - Date.parse(throughput.measuredAt) < ageMsMax)
}

export function writeThroughput(folder: DataFolder, throughput: Throughput): void {
  writeSecret(pathIn(folder), throughput)
}
