import { chmod, opendir, rm } from 'node:fs/promises'
import { join } from 'node:path'

/** Folders that are opened up again before the second try; a task that leaves more keeps the rest on disk. */
const foldersMax = 100_000

/**
 * Removes a folder with all that tasks left in it, read-only folders (such as Go's module cache) included. Never
 * throws: what cannot be removed stays.
 */
export async function removeTree(path: string): Promise<void> {
  const options = { recursive: true, force: true, maxRetries: 2 }
  try {
    await rm(path, options)
  } catch {
    await openUp(path)
    await rm(path, options).catch(() => {})
  }
}

/** Links are not followed: only what is really below `path` is touched. */
async function openUp(path: string): Promise<void> {
  const folders = [path]
  for (let i = 0; i < folders.length && i < foldersMax; i++) {
    const folder = folders[i]!
    try {
      await chmod(folder, 0o700)
      for await (const entry of await opendir(folder)) if (entry.isDirectory()) folders.push(join(folder, entry.name))
    } catch {
      // Gone, or not ours.
    }
  }
}
