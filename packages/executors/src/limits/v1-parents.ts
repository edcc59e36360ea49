import type { Controller } from '../guardian/run-limits.ts'
import { type Hierarchy, makeCgroup, type Parents, usedOf } from './parents.ts'

const limiting: readonly Controller[] = ['memory', 'cpu', 'pids']

/** A folder in each v1 hierarchy that is used: in this peer's own cgroup, or in the nearest above it that can be written. */
export function findV1Parents(hierarchies: readonly Hierarchy[], name: string): Parents {
  const parents: Parents['parents'] = []
  for (const { version, controllers, folders } of hierarchies) {
    const used = version === 1 ? usedOf(controllers) : []
    if (used.length === 0) continue
    const parent = folders.toReversed().find((folder) => makeCgroup(`${folder}/${name}`) === undefined)
    if (parent !== undefined) parents.push({ folder: `${parent}/${name}`, controllers: used })
  }
  const missing = limiting.filter((one) => !parents.some(({ controllers }) => controllers.includes(one)))
  const limits = parents.some(({ controllers }) => controllers.some((one) => limiting.includes(one)))
  const reason = missing.length === 0 ? '' : `cgroup v1 gives this peer no ${missing.join(', ')}`
  return { version: 1, parents: limits ? parents : [], reason }
}
