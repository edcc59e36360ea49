import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { CliError, codeOf, messageOf } from './cli-error.ts'
import type { Context } from './context.ts'
import { exitCodes } from './exit-codes.ts'

/** How to reach the peer that uses a data folder; readable by its owner alone. Gone when the peer has stopped. */
export interface ApiFile {
  url: string
  token: string
  pid: number
  peer: string
  name: string
  /** the TLS listener for clients elsewhere, when there is one */
  remote?: { url: string; fingerprint: string }
}

/** Everything one peer keeps on its host. */
export interface DataFolder {
  path: string
  /** what follows a command that is to use this folder too: ` --data PATH`, or nothing where it would anyhow */
  words: string
  api: string
  mesh: string
  log: string
}

/** The folder that --data, SOUK_DATA or the home folder names. */
export function dataFolder(context: Context, option: string | undefined): DataFolder {
  const pathOf = (chosen: string | undefined): string =>
    chosen === undefined || chosen === '' ? join(homedir(), '.souk') : resolve(context.cwd, chosen)
  const usual = pathOf(context.env.SOUK_DATA)
  const path = option === undefined ? usual : pathOf(option)
  return {
    path,
    words: path === usual ? '' : ` --data ${/^[\w./~:@+-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`}`,
    api: join(path, 'api.json'),
    mesh: join(path, 'mesh.json'),
    log: join(path, 'peer.log'),
  }
}

/** Makes the folder, for its owner only; true where there was none before. */
export function createDataFolder(folder: DataFolder): boolean {
  try {
    const isNew = makeFolder(folder.path)
    chmodSync(folder.path, 0o700)
    return isNew
  } catch (cause) {
    throw new CliError(`--data: cannot use ${folder.path} as a data folder: ${messageOf(cause)}`, {
      next: 'souk up --data A-FOLDER-OF-YOURS',
      cause,
    })
  }
}

/** With those above it; not by mkdir's own recursion, which turns for ever where no folder can be made, as in /proc. */
function makeFolder(path: string): boolean {
  if (!existsSync(dirname(path))) makeFolder(dirname(path))
  try {
    mkdirSync(path, { mode: 0o700 })
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST' && statSync(path).isDirectory()) return false
    throw error
  }
}

/** Writes a file that only its owner may read, whole or not at all; on disk, with its name, when it returns. */
export function writeSecret(path: string, value: unknown): void {
  const part = `${path}.${process.pid}.part`
  try {
    withOpen(part, 'w', (file) => {
      writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`)
      fsyncSync(file)
    })
    renameSync(part, path)
  } catch (error) {
    rmSync(part, { force: true })
    throw error
  }
  // Windows cannot open folders, and keeps their names itself.
  if (process.platform !== 'win32') withOpen(dirname(path), 'r', fsyncSync)
}

function withOpen(path: string, flags: string, work: (file: number) => void): void {
  const file = openSync(path, flags, 0o600)
  try {
    work(file)
  } finally {
    closeSync(file)
  }
}

/** A JSON file; undefined when it is not there. */
export function readJson(path: string): unknown {
  if (!existsSync(path)) return undefined
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch (cause) {
    throw new CliError(`${path} cannot be read: ${messageOf(cause)}`, { cause })
  }
}

/** Removes the API file that `pid` (this process) wrote; another peer's is left alone. */
export function removeApiFile(folder: DataFolder, pid = process.pid): void {
  const file = readJson(folder.api) as ApiFile | undefined
  if (file?.pid === pid) rmSync(folder.api, { force: true })
}

/** A process that has ended but was not yet collected by its parent is not running (Linux tells; elsewhere it counts). */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.[0] !== 'Z'
  } catch {
    return true
  }
}

/** The running peer's API file; undefined when no peer runs there (also when it left its file behind). */
export function runningPeer(folder: DataFolder): ApiFile | undefined {
  const file = readJson(folder.api) as ApiFile | undefined
  return file !== undefined && isRunning(file.pid) ? file : undefined
}

/** The running peer's API file, or an error that says how to start one. */
export function requirePeer(folder: DataFolder): ApiFile {
  const file = readJson(folder.api) as ApiFile | undefined
  if (file !== undefined && isRunning(file.pid)) return file
  const seen =
    file === undefined
      ? `no peer is running here (${folder.path} has none)`
      : `the peer ${file.name} of ${folder.path} is gone (its process ${file.pid} does not exist any more)`
  throw new CliError(seen, {
    next: existsSync(folder.mesh)
      ? `souk up${folder.words}`
      : `souk up${folder.words}   (or: souk join LINE${folder.words}, or --data FOLDER for a peer elsewhere)`,
    exitCode: exitCodes.unavailable,
  })
}
