import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Hierarchy } from '../src/limits/parents.ts'

/** The hierarchies that are mounted here: for tests on the real thing, where there is one. */
export function ownCgroups(): Hierarchy[] {
  const [mounts, own] = [lines('/proc/self/mountinfo'), lines('/proc/self/cgroup')]
  return mounts.flatMap((line): Hierarchy[] => {
    const [, , , root, point] = line.split(' ')
    const [type, , options] = line.split(' - ')[1]?.split(' ') ?? []
    if (type !== 'cgroup' && type !== 'cgroup2') return []
    const controllers = type === 'cgroup' ? options!.split(',') : []
    const wanted = type === 'cgroup' ? controllers[controllers.length - 1]! : ''
    const path =
      own.map((entry) => entry.split(':')).find(([, names]) => names!.split(',').includes(wanted))?.[2] ?? '/'
    const inside = path.startsWith(root!) ? path.slice(root!.length) : ''
    return [{ version: type === 'cgroup' ? 1 : 2, controllers, folders: [point!, join(point!, inside)] }]
  })
}

function lines(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').trim().split('\n')
  } catch {
    return []
  }
}
