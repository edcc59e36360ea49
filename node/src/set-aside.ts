import { existsSync, mkdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { type DataFolder, readJson } from './data-folder.ts'

/** What a peer's life is made of. */
const storeNames = ['records', 'blobs', 'format']
/** What ties the folder to a mesh; stays where it holds the mesh's signing key, without which nobody could invite. */
const meshNames = ['mesh.json', 'peers.json']

export interface SetAside {
  /** where everything is now; undefined: there was nothing to move */
  path: string | undefined
  moved: string[]
  /** the folder still belongs to its mesh, and may make itself a member anew */
  isAdmin: boolean
}

/** Moves, within the folder (so that it needs no room and no other rights), and deletes nothing. */
export function setAside(folder: DataFolder, wallMs: number): SetAside {
  const isAdmin = holdsSigningKey(folder)
  const names = isAdmin ? storeNames : [...storeNames, ...meshNames]
  const moved = names.filter((name) => existsSync(join(folder.path, name)))
  if (moved.length === 0) return { path: undefined, moved, isAdmin }
  const path = join(folder.path, 'aside', new Date(wallMs).toISOString().replaceAll(':', '-'))
  mkdirSync(path, { recursive: true, mode: 0o700 })
  for (const name of moved) renameSync(join(folder.path, name), join(path, name))
  return { path, moved, isAdmin }
}

function holdsSigningKey(folder: DataFolder): boolean {
  try {
    return (readJson(folder.mesh) as { signingKey?: unknown } | undefined)?.signingKey !== undefined
  } catch {
    return false
  }
}
