import { basename } from 'node:path'
import { pidsIn, readFile, removeCgroup, writeValue } from '../guardian/cgroup-folder.ts'
import { type Hierarchy, makeCgroup, type Parents, usedOf } from './parents.ts'

/** The leaf into which a peer moves where its cgroup is to have others below it: v2 allows not both. */
const leafName = 'souk-peer'

/** A folder in this peer's own v2 cgroup where that is delegated to it, or in the nearest above it that can be used. */
export function findV2Parent(hierarchies: readonly Hierarchy[], name: string): Parents {
  const none = (reason: string): Parents => ({ version: 2, parents: [], reason })
  const hierarchy = hierarchies.find(({ version }) => version === 2)
  if (!hierarchy) return none('')
  const problems: string[] = []
  for (const folder of hierarchy.folders.toReversed()) {
    if (basename(folder) === leafName) continue
    const problem = openParent(folder, name)
    if (problem !== undefined) {
      problems.push(`${folder}: ${problem}`)
      continue
    }
    const controllers = usedOf(wordsOf(`${folder}/${name}`, 'cgroup.subtree_control'))
    return { version: 2, parents: [{ folder: `${folder}/${name}`, controllers }], reason: '' }
  }
  return none(`cgroup v2 is not delegated to this peer (${problems[0] ?? 'it is not in it'})`)
}

/** Makes the folder, with the controllers that runs need passed on to them; what is wrong where that cannot be. */
function openParent(folder: string, name: string): string | undefined {
  const own = `${folder}/${name}`
  const offered = usedOf(wordsOf(folder, 'cgroup.controllers'))
  if (!offered.includes('memory')) return 'it has no memory controller'
  const code = makeCgroup(own)
  if (code !== undefined) return code
  try {
    const missing = offered.filter((one) => !wordsOf(folder, 'cgroup.subtree_control').includes(one))
    if (missing.length > 0) passOn(folder, missing)
    passOn(own, offered)
    return undefined
  } catch (error) {
    removeCgroup(own)
    return (error as NodeJS.ErrnoException).code ?? String(error)
  }
}

/** Throws EBUSY where others than this very process are in the cgroup itself: they stay where they are. */
function passOn(folder: string, controllers: readonly string[]): void {
  const words = controllers.map((one) => `+${one}`).join(' ')
  try {
    writeValue(folder, 'cgroup.subtree_control', words)
  } catch (error) {
    const alone = pidsIn(folder).every((pid) => pid === process.pid)
    if ((error as NodeJS.ErrnoException).code !== 'EBUSY' || !alone) throw error
    const leaf = `${folder}/${leafName}`
    if (makeCgroup(leaf) !== undefined) throw error
    writeValue(leaf, 'cgroup.procs', process.pid)
    writeValue(folder, 'cgroup.subtree_control', words)
  }
}

function wordsOf(folder: string, file: string): string[] {
  return readFile(folder, file)?.trim().split(/\s+/) ?? []
}
