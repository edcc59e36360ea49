import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Gpu } from './inventory.ts'

const fields = 'index,name,memory.total,driver_version'
/** A cold driver takes seconds to answer; without it the tool is missing and this costs nothing. */
const answerMsMax = 5000
const mebibyte = 1024 * 1024

/** NVIDIA devices; none when the tool is missing or fails. */
export async function nvidiaGpus(signal: AbortSignal): Promise<Gpu[]> {
  try {
    const args = [`--query-gpu=${fields}`, '--format=csv,noheader,nounits']
    const { stdout } = await promisify(execFile)('nvidia-smi', args, { timeout: answerMsMax, signal })
    return parseNvidiaSmi(stdout)
  } catch {
    signal.throwIfAborted()
    return []
  }
}

/** "0, NVIDIA GeForce RTX 4070, 12282, 550.54.14" a device; what the driver does not know is in brackets. */
export function parseNvidiaSmi(csv: string): Gpu[] {
  const gpus: Gpu[] = []
  for (const line of csv.split('\n')) {
    const cells = line.split(',').map((cell) => cell.trim())
    if (cells.length < 4 || !/^\d+$/.test(cells[0]!)) continue
    const [index, driver, memory] = [cells[0]!, cells.at(-1)!, cells.at(-2)!]
    // A name may hold commas; the cells around it do not.
    const name = cells.slice(1, -2).join(', ')
    gpus.push({ index: Number(index), name, memoryBytes: (Number(memory) || 0) * mebibyte, driver })
  }
  return gpus.sort((a, b) => a.index - b.index)
}
