import { removalKey } from '@souk/peer'
import { RemovedError } from '@souk/runtime'
import { checkRecords, FolderLock, requireFormat, StoreDamagedError, type StoreReport } from '@souk/store-lmdb'
import { certificateKey } from './certificate-key.ts'
import { type CliError, codeOf } from './cli-error.ts'
import type { DataFolder } from './data-folder.ts'
import type { KeptTasks } from './print/damage-text.ts'
import { setAside } from './set-aside.ts'
import { storeTrouble } from './store-trouble.ts'

/** What an examination without a running peer has found. */
export interface Examination {
  records: number
  tasks: number
  trouble: CliError | undefined
}

/**
 * As the peer itself would at its start, but without writing. Code `data-folder-in-use` while a peer runs there: what it
 * writes meanwhile would look like damage.
 */
export function examineStore(folder: DataFolder): Examination {
  const lock = new FolderLock(folder.path)
  try {
    lock.take()
  } catch (error) {
    // A folder that cannot be written has no peer that writes to it either.
    if (codeOf(error) === 'data-folder-in-use') throw error
  }
  try {
    return examine(folder)
  } finally {
    lock.release()
  }
}

function examine(folder: DataFolder): Examination {
  let report: StoreReport | undefined
  let behind: unknown
  let self: unknown
  const removed = new Set<string>()
  const kept: KeptTasks = { tasks: 0, alone: 0 }
  try {
    requireFormat(folder.path)
    report = checkRecords(folder.path, {
      onRecord(key, value) {
        if (key === 'self/behind') behind = Object.assign(new Error('behind'), value, { code: 'store-behind' })
        if (key === certificateKey) self = (value as { peer?: unknown } | undefined)?.peer
        if (key.startsWith(removalKey(''))) removed.add(key)
        countTask(kept, key, value)
      },
    })
    if (report.damageTotal > 0) throw new StoreDamagedError(folder.path, report)
    if (behind !== undefined) throw behind
    if (typeof self === 'string' && removed.has(removalKey(self))) throw new RemovedError()
  } catch (error) {
    const trouble = storeTrouble(error, folder, () => kept)
    if (trouble === undefined) throw error
    return { records: report?.whole ?? 0, tasks: kept.tasks, trouble }
  }
  return { records: report.whole, tasks: kept.tasks, trouble: undefined }
}

/** Tasks in the records of a folder that can be read. */
export function keptTasks(folder: Pick<DataFolder, 'path'>): KeptTasks {
  const kept: KeptTasks = { tasks: 0, alone: 0 }
  checkRecords(folder.path, { onRecord: (key, value) => countTask(kept, key, value) })
  return kept
}

/** Moves the store into a folder of its own, whose path it returns. Code `data-folder-in-use` while a peer runs there. */
export function resetStore(folder: DataFolder, wallMs: number): ReturnType<typeof setAside> {
  const lock = new FolderLock(folder.path)
  lock.take()
  try {
    return setAside(folder, wallMs)
  } finally {
    lock.release()
  }
}

/** The record's shape is custody's; what is not as expected is counted as kept alone. */
function countTask(kept: KeptTasks, key: string, value: unknown): void {
  if (!key.startsWith('task/')) return
  kept.tasks++
  const custodians = (value as { custodians?: unknown[] } | undefined)?.custodians
  if (!Array.isArray(custodians) || custodians.length < 3) kept.alone++
}
