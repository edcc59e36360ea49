import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { CodedError } from '@souk/runtime'
import { bootId, processStart } from './process-start.ts'

const lockName = 'peer.lock'

/** Who has a data folder open. */
export interface LockOwner {
  pid: number
  /** start of that process: a pid alone may have been given to another one since */
  started: string
  host: string
  boot: string
}

/** At most one peer per data folder. A lock that a dead process left is taken over. */
export class FolderLock {
  readonly #folder: string
  readonly #path: string
  #held = false

  constructor(folder: string) {
    this.#folder = folder
    this.#path = join(folder, lockName)
  }

  /** Throws code `data-folder-in-use` when another living process has it. */
  take(): void {
    // Two peers may both find the same dead lock: whoever takes the guard decides alone.
    const guard = `${this.#path}.taking`
    if (!this.#create(this.#path)) {
      if (!this.#create(guard) && this.#isAlive(readOwner(guard))) throw this.#inUse(readOwner(guard))
      try {
        const owner = readOwner(this.#path)
        if (this.#isAlive(owner)) throw this.#inUse(owner)
        const mine = `${this.#path}.${process.pid}`
        writeFileSync(mine, JSON.stringify(thisProcess()))
        renameSync(mine, this.#path)
      } finally {
        rmSync(guard, { force: true })
      }
    }
    this.#held = true
  }

  release(): void {
    if (!this.#held) return
    this.#held = false
    rmSync(this.#path, { force: true })
  }

  /** The lock appears with its content or not at all: written aside, then linked (which refuses to replace). */
  #create(path: string): boolean {
    const mine = `${path}.${process.pid}.new`
    writeFileSync(mine, JSON.stringify(thisProcess()))
    try {
      linkSync(mine, path)
      return true
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
      throw error
    } finally {
      rmSync(mine, { force: true })
    }
  }

  #isAlive(owner: LockOwner | undefined): boolean {
    if (!owner) return false
    // A process on another machine (or in another container) cannot be looked up here: be careful.
    if (owner.host !== hostname()) return true
    if (owner.boot !== bootId()) return false
    return processStart(owner.pid) === owner.started
  }

  #inUse(owner: LockOwner | undefined): CodedError {
    const here = owner === undefined || owner.host === hostname()
    const who = owner ? `process ${owner.pid}${here ? '' : ` on ${owner.host}`}` : 'another process'
    const next = here
      ? 'Stop it with `souk down`, or give this peer a folder of its own.'
      : `If no peer runs there any more, remove ${this.#path}.`
    return new CodedError(
      'data-folder-in-use',
      `The data folder ${this.#folder} is in use by ${who}; one peer needs it alone. ${next}`,
    )
  }
}

function thisProcess(): LockOwner {
  return { pid: process.pid, started: processStart(process.pid) ?? '', host: hostname(), boot: bootId() }
}

/** undefined: no lock there, or one that never was written whole. */
function readOwner(path: string): LockOwner | undefined {
  try {
    const owner = JSON.parse(readFileSync(path, 'utf8')) as Partial<LockOwner>
    return {
      pid: Number(owner.pid),
      started: String(owner.started),
      host: String(owner.host),
      boot: String(owner.boot),
    }
  } catch {
    return undefined
  }
}
