import { readFileSync } from 'node:fs'
import { processIds, statFields } from './process-table.ts'

/** Processes looked at in one scan; beyond it use is understated, and the scan stays bounded. */
const processesMax = 16_384

/** What the processes of one session have now. */
export interface SessionUse {
  /** private memory of each, and the largest shared part once */
  memoryBytes: number
  /** processes and threads */
  processes: number
}

/**
 * What the sessions of these leaders use, and whatever descends from them, in one pass over all processes (Linux).
 * Costs about 15 µs for each process of the host.
 */
export function sessionUses(leaders: ReadonlySet<number>): Map<number, SessionUse> {
  const parts = new Map<number, { privateBytes: number; sharedBytes: number; processes: number }>()
  for (const [pid, leader] of membersOf(leaders)) {
    const { privateBytes, sharedBytes, threads } = useOf(pid)
    const sum = parts.get(leader) ?? { privateBytes: 0, sharedBytes: 0, processes: 0 }
    sum.privateBytes += privateBytes
    sum.sharedBytes = Math.max(sum.sharedBytes, sharedBytes)
    sum.processes += threads
    parts.set(leader, sum)
  }
  const entries = [...parts].map(([leader, { privateBytes, sharedBytes, processes }]) => {
    return [leader, { memoryBytes: privateBytes + sharedBytes, processes }] as const
  })
  return new Map(entries)
}

/** The leader to which each process belongs: by its session, which it keeps when its parent dies, or by its parent. */
function membersOf(leaders: ReadonlySet<number>): Map<number, number> {
  const parents = new Map<number, number>()
  const members = new Map<number, number>()
  for (const pid of processIds().slice(0, processesMax)) {
    const fields = statFields(pid)
    if (!fields) continue
    parents.set(pid, Number(fields[1]))
    const session = Number(fields[3])
    if (leaders.has(session)) members.set(pid, session)
  }
  for (const pid of parents.keys()) adopt(pid, parents, members)
  return members
}

/** A process that began a session of its own still belongs to the run of its nearest ancestor. */
function adopt(pid: number, parents: ReadonlyMap<number, number>, members: Map<number, number>): void {
  const line: number[] = []
  let at: number | undefined = pid
  while (at !== undefined && at > 1 && !members.has(at) && line.length < parents.size) {
    line.push(at)
    at = parents.get(at)
  }
  const leader = at === undefined ? undefined : members.get(at)
  if (leader !== undefined) for (const one of line) members.set(one, leader)
}

function useOf(pid: number): { privateBytes: number; sharedBytes: number; threads: number } {
  let text = ''
  try {
    text = readFileSync(`/proc/${pid}/status`, 'latin1')
  } catch {
    // It is gone.
  }
  const kib = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? 0)
  const [privateBytes, sharedBytes] = [kib('RssAnon') * 1024, (kib('RssFile') + kib('RssShmem')) * 1024]
  return { privateBytes, sharedBytes, threads: kib('Threads') }
}

/** Whether the session of this leader has more memory now; 0 = no limit. */
export function takesMore(leader: number, memoryBytes: number): boolean {
  return memoryBytes > 0 && (sessionUses(new Set([leader])).get(leader)?.memoryBytes ?? 0) > memoryBytes
}
