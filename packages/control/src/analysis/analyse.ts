import type { Analysis } from '@souk/client'
import { arrivalsOf } from './arrivals.ts'
import { conflictsOf } from './conflicts.ts'
import { demandOf } from './demand.ts'
import { groupTasks } from './group.ts'
import type { SeenHost } from './seen-host.ts'
import type { SeenTask } from './seen-task.ts'
import { waitsOf } from './waits.ts'

/** What an analysis is made of; plain data, so that the same input gives the same analysis. */
export interface Seen {
  /** submitted within the window, or open now; each once */
  tasks: readonly SeenTask[]
  /** whose offers are known and who can be asked */
  hosts: readonly SeenHost[]
  windowMs: number
  nowWallMs: number
}

/** What was asked of these hosts, what runs and waits, when it came, and who waits for what whom holds. Pure. */
export function analyse({ tasks, hosts, windowMs, nowWallMs }: Seen): Omit<Analysis, 'peer' | 'truncated' | 'missing'> {
  return {
    at: new Date(nowWallMs).toISOString(),
    windowMs,
    tasks: tasks.length,
    byClass: groupTasks(tasks, (task) => task.class),
    byExecutor: groupTasks(tasks, (task) => task.needs.executor),
    byTenant: groupTasks(tasks, (task) => task.tenant),
    byPriority: groupTasks(tasks, (task) => task.priority),
    demand: demandOf(tasks, hosts),
    arrivals: arrivalsOf(tasks, windowMs, nowWallMs),
    waits: waitsOf(tasks, nowWallMs),
    conflicts: conflictsOf(tasks, hosts, nowWallMs),
  }
}
