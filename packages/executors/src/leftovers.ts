import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { killEach, killGroup } from './guardian/group.ts'
import { type LedgerEntry, readLedger } from './guardian/ledger.ts'
import { bootId, fenceOf, processesOfFences, processIds, processStart, processStat } from './guardian/process-table.ts'

/**
 * Kills what an earlier life of this peer left running, by the ledgers in `folder`, and removes them. A process is only
 * killed when it is the recorded one: same pid and start time, or (Linux) the task's own fence in its environment.
 * Returns the fences of the runs that were still there.
 */
export async function killLeftovers(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => [])
  const boot = bootId()
  const killed: string[] = []
  for (const name of names) {
    const path = join(folder, name)
    const entries = readLedger(await readFile(path, 'utf8').catch(() => ''), boot)
    for (const entry of entries) if (await killEntry(entry)) killed.push(entry.fence)
    if (entries.length > 0) killEach(processesOfFences(new Set(entries.map((entry) => entry.fence))))
    await rm(path, { force: true })
  }
  return killed
}

async function killEntry(entry: LedgerEntry): Promise<boolean> {
  const start = processStart(entry.pid)
  if (start === entry.start) {
    await killGroup(entry.pid)
    return true
  }
  if (start !== undefined) return false
  // Its leader is dead, but others of the group may live. The number alone proves nothing: their environment does.
  const members = processIds().filter((pid) => processStat(pid)?.group === entry.pid && fenceOf(pid) === entry.fence)
  killEach(members)
  return members.length > 0
}
