import type { Terminal } from './terminal.ts'

/** What every command gets: the only things of the process it may use. */
export interface Context {
  env: Record<string, string | undefined>
  cwd: string
  /** how to start this program again: the words before the command's name */
  self: string[]
  terminal: Terminal
  /** the process that started this one and waits for word from it, if any */
  parent: Parent | undefined
}

export interface Parent {
  send(message: unknown): void
  /** nothing more will be said */
  leave(): void
  /** calls back when the parent is gone */
  onGone(listener: () => void): void
}
