import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'

const meminfo = '/proc/meminfo'

/** What a host says to have of memory, for a peer in a mount namespace of its own. Linux and root are needed. */
export class OwnMemory {
  readonly #file: string

  constructor(file: string) {
    this.#file = file
    this.set(0.5)
  }

  /** What stands before a command so that it reads this. */
  get on(): string[] {
    return inNamespace(this.#file, 'exec "$@"')
  }

  /** So much of it is left from now on. */
  set(freeShare: number): void {
    const total = Number(/^MemTotal:\s+(\d+)/m.exec(readFileSync(meminfo, 'utf8'))![1])
    writeFileSync(this.#file, `MemTotal: ${total} kB\nMemAvailable: ${Math.round(total * freeShare)} kB\n`)
  }
}

/** Why this machine lets no peer have a memory of its own; undefined: it does. */
export function memoryRefusal(): string | undefined {
  try {
    const [program, ...words] = inNamespace(meminfo, 'true')
    execFileSync(program!, words, { stdio: 'pipe' })
    return undefined
  } catch (error) {
    return `no mount namespaces: ${(error as Error).message.split('\n')[0]}`
  }
}

const inNamespace = (file: string, then: string): string[] => [
  ...['unshare', '--mount', 'sh', '-c', `mount --bind "$0" ${meminfo} && ${then}`, file],
]
