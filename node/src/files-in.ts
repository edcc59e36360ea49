import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, type Stats, statSync } from 'node:fs'
import { basename, isAbsolute, join, normalize, relative, resolve, sep } from 'node:path'
import type { FileInput, SoukClient } from '@souk/client'
import { fileTrouble, usageError } from './cli-error.ts'

/** Files one task may carry (the wire's limit); a folder with more is better packed first. */
const filesMax = 4096

interface LocalFile {
  /** where it is here */
  local: string
  /** where it goes in the task's folder */
  path: string
  mode: number
}

/** Carries files along: uploads each content once, however many tasks use it. */
export class Uploads {
  readonly #client: Pick<SoukClient, 'putBlob'>
  readonly #cwd: string
  readonly #byLocal = new Map<string, Promise<FileInput>>()
  readonly #sent = new Map<string, Promise<unknown>>()

  constructor(client: Pick<SoukClient, 'putBlob'>, cwd: string) {
    this.#client = client
    this.#cwd = cwd
  }

  /** Puts every file of these paths into the mesh; errors name the flag and what was looked for. */
  async carry(flag: string, paths: readonly string[]): Promise<FileInput[]> {
    const files = paths.flatMap((path) => listFiles(flag, path, this.#cwd))
    if (files.length > filesMax) {
      throw usageError(
        `${flag}: ${files.length} files are more than the ${filesMax} that may travel with a task`,
        'pack the folder first (tar), and carry the archive',
      )
    }
    const inputs: FileInput[] = []
    for (const file of files) inputs.push(await this.#upload(flag, file))
    return inputs
  }

  #upload(flag: string, file: LocalFile): Promise<FileInput> {
    const key = `${file.local}\0${file.path}`
    let upload = this.#byLocal.get(key)
    if (upload === undefined) {
      upload = this.#read(flag, file)
      this.#byLocal.set(key, upload)
    }
    return upload
  }

  async #read(flag: string, file: LocalFile): Promise<FileInput> {
    let data: Buffer
    try {
      data = readFileSync(file.local)
    } catch (cause) {
      throw usageError(`${flag}: ${file.local} cannot be read: ${fileTrouble(cause)}`)
    }
    const hash = createHash('sha256').update(data).digest('hex')
    let sent = this.#sent.get(hash)
    if (sent === undefined) {
      sent = this.#client.putBlob(data)
      this.#sent.set(hash, sent)
    }
    await sent
    return { path: file.path, hash, sizeBytes: data.length, mode: file.mode }
  }
}

/** The files of one --in. Inside the current folder they keep their relative path, else their base name. */
function listFiles(flag: string, path: string, cwd: string): LocalFile[] {
  const local = resolve(cwd, path)
  const stats = statOrUndefined(local)
  if (stats === undefined) throw usageError(`${flag}: ${path} does not exist (looked for ${local})`)
  const inside = relative(cwd, local)
  const outside = inside === '' || inside.startsWith('..') || isAbsolute(inside)
  const target = inside === '' ? '' : outside ? basename(local) : inside
  if (stats.isFile()) return [{ local, path: slashes(target), mode: stats.mode & 0o777 }]
  if (!stats.isDirectory()) throw usageError(`${flag}: ${path} is neither a file nor a folder`)
  return readdirSync(local, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((file) => ({
      local: file,
      path: slashes(normalize(join(target, relative(local, file)))),
      mode: statSync(file).mode & 0o777,
    }))
}

function statOrUndefined(path: string): Stats | undefined {
  return statSync(path, { throwIfNoEntry: false })
}

function slashes(path: string): string {
  return path.split(sep).join('/')
}
