import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Task } from '@souk/client'
import type { Host } from './hosts.ts'

const script = fileURLToPath(new URL('fenced-task.sh', import.meta.url))

/** What one run of a task did to the world outside. */
export interface Effect {
  task: string
  fence: string
  what: 'start' | 'end'
  host: Host
  atMs: number
  /** false: a newer run of its task had been there, so it was refused */
  counts: boolean
}

/** Where the tasks of these tests leave their effects: a file that all hosts share, fenced (see fenced-task.sh). */
export class Register {
  readonly path: string

  constructor(path: string) {
    this.path = path
  }

  /** A task that starts, takes so long, ends and prints its fence. `atEnd` runs between its last effect and its exit. */
  task(seconds: number, more: Partial<Task> = {}, atEnd: readonly string[] = []): Task {
    return { argv: ['sh', script, this.path, String(Math.round(seconds * 10)), ...atEnd], ...more }
  }

  /** In the order in which they happened. */
  effects(tasks?: readonly string[]): Effect[] {
    if (!existsSync(this.path)) return []
    const newest = new Map<string, string>()
    const effects = readFileSync(this.path, 'utf8')
      .split('\n')
      .slice(0, -1)
      .map((line): Effect => {
        const [task = '', fence = '', what = '', host = '', at = ''] = line.split(' ')
        const before = newest.get(task)
        const counts = before === undefined || compareFences(before, fence) <= 0
        if (counts) newest.set(task, fence)
        return { task, fence, what: what as Effect['what'], host: host as Host, atMs: Number(at), counts }
      })
    return tasks === undefined ? effects : effects.filter(({ task }) => tasks.includes(task))
  }

  starts(tasks?: readonly string[]): Effect[] {
    return this.effects(tasks).filter(({ what }) => what === 'start')
  }

  /** The runs on a host that have begun and not come to their end; whether they were ended from outside is not seen. */
  runs(tasks: readonly string[], host: Host): Effect[] {
    const effects = this.effects(tasks)
    const ended = effects.filter(({ what }) => what === 'end').map(({ fence }) => fence)
    return effects.filter((effect) => effect.what === 'start' && effect.host === host && !ended.includes(effect.fence))
  }
}

/** By counter, then peer, then life: the order of ballots. */
function compareFences(a: string, b: string): number {
  const [x, y] = [a, b].map((fence) => fence.slice(fence.indexOf(':') + 1).split('.'))
  if (x![0] !== y![0]) return Number(x![0]) - Number(y![0])
  if (x![1] !== y![1]) return x![1]! < y![1]! ? -1 : 1
  return Number(x![2]) - Number(y![2])
}
