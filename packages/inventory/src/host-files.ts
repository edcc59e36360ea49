import { readdirSync, readFileSync, realpathSync } from 'node:fs'
import { basename } from 'node:path'

/** What the kernel tells in files of /proc and /sys; tests bring those of other machines. */
export interface HostFiles {
  /** undefined: no such file, or not for us */
  read(path: string): string | undefined
  /** names in a folder, sorted; none where there is no such folder */
  list(path: string): string[]
  /** last part of what a link leads to; undefined: no such link */
  target(path: string): string | undefined
}

export const realFiles: HostFiles = {
  read: (path) => tried(() => readFileSync(path, 'utf8')),
  list: (path) => tried(() => readdirSync(path).sort()) ?? [],
  target: (path) => tried(() => basename(realpathSync(path))),
}

function tried<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}

/** Trimmed; undefined where there is nothing. */
export function readWord(files: HostFiles, path: string): string | undefined {
  return files.read(path)?.trim() || undefined
}

/** A number that is not below 0; undefined where there is none. */
export function readAmount(files: HostFiles, path: string): number | undefined {
  const text = readWord(files, path)
  const amount = text === undefined ? Number.NaN : Number(text)
  return Number.isFinite(amount) && amount >= 0 ? amount : undefined
}

/** The NUMA node of a device's folder in /sys; undefined where it is near to none. */
export function numaNodeOf(files: HostFiles, deviceFolder: string): string | undefined {
  const node = readAmount(files, `${deviceFolder}/numa_node`)
  return node === undefined ? undefined : `numa/${node}`
}
