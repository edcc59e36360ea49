import { closeSync, existsSync, fsyncSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { Status } from '@souk/client'
import { CliError, messageOf } from '../cli-error.ts'
import type { DataFolder } from '../data-folder.ts'
import { countText } from '../print/amount-text.ts'
import { storeText } from '../print/store-text.ts'
import type { Check } from './local-checks.ts'

/** The store of a folder on which no peer runs: every record is read, as at its start. */
export async function storedCheck(folder: DataFolder): Promise<Check> {
  const name = 'store'
  if (!existsSync(join(folder.path, 'records'))) return { name, level: 'ok', seen: 'nothing is kept here yet' }
  try {
    const { examineStore } = await import('../store-tools.ts')
    const { trouble, records, tasks } = examineStore(folder)
    if (trouble !== undefined) throw trouble
    return { name, level: 'ok', seen: `${countText(records, 'record')} whole, ${countText(tasks, 'task')} among them` }
  } catch (error) {
    const next = error instanceof CliError ? error.next : undefined
    return { name, level: 'fail', seen: messageOf(error), ...(next === undefined ? {} : { next }) }
  }
}

/** Whether a file can be written to the disk there at all, by doing so. */
export function writeCheck(folder: DataFolder): Check[] {
  if (!existsSync(folder.path)) return []
  const name = 'writing'
  const path = join(folder.path, `doctor.${process.pid}`)
  try {
    const file = openSync(path, 'wx', 0o600)
    try {
      writeSync(file, Buffer.alloc(65_536))
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    return [{ name, level: 'ok', seen: 'a file can be written and flushed' }]
  } catch (error) {
    const next = 'make room, or mount the disk writable; a peer here keeps nothing until then'
    return [{ name, level: 'fail', seen: messageOf(error), next }]
  } finally {
    rmSync(path, { force: true })
  }
}

/** What a running peer says of its own store. */
export function runningStoreCheck(store: Status['store']): Check {
  if (store.ok) return { name: 'store', level: 'ok', seen: 'writes are durable' }
  const next =
    store.code === 'disk-full' ? 'make room on its disk, or raise --disk-max' : 'check its disk: dmesg, smartctl'
  return { name: 'store', level: 'fail', seen: storeText(store), next: `${next}; it goes on by itself` }
}
