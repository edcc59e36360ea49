import { statfsSync } from 'node:fs'
import { CodedError } from '@souk/runtime'

const mapFull = -30792
/** Below this a failed write is taken for a full disk: LMDB reports a write cut short as a plain I/O error. */
const fullBelowBytes = 1024 * 1024
const fullNames = new Set(['ENOSPC', 'EDQUOT'])
/** errno of ENOSPC; of EDQUOT on Linux and on macOS */
const fullNumbers = new Set([28, 122, 69, mapFull])

/** `disk-full` or `io`, with what to do about it. */
export function diskError(error: unknown, folder: string): CodedError {
  if (error instanceof CodedError) return error
  const { code, message: seen } = error as { code?: unknown; message?: string }
  // LMDB adds where its pages and buffers lie.
  const message = seen?.replace(/: Attempting to write page .*$/s, '')
  const full = fullNames.has(String(code)) || fullNumbers.has(Number(code)) || freeBytes(folder) < fullBelowBytes
  return full
    ? diskFull(folder, message ?? 'no space left')
    : new CodedError('io', `Writing to ${folder} failed: ${message ?? String(error)}. Check the disk.`, {
        cause: error,
      })
}

export function diskFull(folder: string, detail: string): CodedError {
  return new CodedError(
    'disk-full',
    `No room to write in ${folder} (${detail}). Free some space there; nothing that was acknowledged is lost.`,
  )
}

function freeBytes(folder: string): number {
  try {
    const stats = statfsSync(folder)
    return stats.bavail * stats.bsize
  } catch {
    return Number.POSITIVE_INFINITY
  }
}
