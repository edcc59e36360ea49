import { type Dirent, realpathSync } from 'node:fs'
import { glob, opendir, realpath, stat } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { limits } from '@souk/wire'
import { temporaryFolder } from './work-folder.ts'

/** Where a path inside `root` (itself a real path) really is; undefined when that is not inside it. */
export async function realInside(root: string, path: string): Promise<string | undefined> {
  const real = await realpath(join(root, path)).catch(() => undefined)
  return real !== undefined && isInside(root, real) ? real : undefined
}

/**
 * Relative paths of what a path, folder or glob names: files (and links, whatever they lead to), sorted, at most one
 * more than `limits.filesMax`. A folder means all that is in it. Links that lead out of `root` are never walked.
 */
export async function matchingPaths(root: string, pattern: string): Promise<string[]> {
  const paths = new Set<string>()
  const folders: string[] = []
  const take = async (path: string) => {
    if (path.split('/')[0] === temporaryFolder) return
    const info = await stat(join(root, path)).catch(() => undefined)
    if (info && !info.isDirectory()) paths.add(path)
    else if (info && (await realInside(root, path)) !== undefined) folders.push(path)
    else if (info) paths.add(path)
  }
  if (pattern === '.') folders.push('.')
  else {
    for await (const entry of glob(pattern, { cwd: root, withFileTypes: true, exclude: leadsOut(root) })) {
      if (paths.size > limits.filesMax) break
      await take(portable(root, entry))
    }
  }
  for (const folder of folders) {
    for await (const entry of await opendir(join(root, folder), { recursive: true })) {
      if (paths.size > limits.filesMax) break
      if (!entry.isDirectory()) await takeFile(root, portable(root, entry), paths)
    }
  }
  return [...paths].sort()
}

/** Inside a folder links to other folders are left alone: they would bring the same files twice, or for ever. */
async function takeFile(root: string, path: string, paths: Set<string>): Promise<void> {
  if (path.split('/')[0] === temporaryFolder) return
  const info = await stat(join(root, path)).catch(() => undefined)
  if (info?.isFile()) paths.add(path)
}

function leadsOut(root: string): (entry: Dirent) => boolean {
  return (entry) => {
    if (!entry.isSymbolicLink()) return false
    try {
      return !isInside(root, realpathSync(join(entry.parentPath, entry.name)))
    } catch {
      return true
    }
  }
}

function isInside(root: string, real: string): boolean {
  return (real + sep).startsWith(root + sep)
}

function portable(root: string, entry: Dirent): string {
  return relative(root, join(entry.parentPath, entry.name)).split(sep).join('/')
}
