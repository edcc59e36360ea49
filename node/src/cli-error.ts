import { exitCodes } from './exit-codes.ts'

/** An error for the person at the terminal: what was seen and needed, then the next command to try. */
export class CliError extends Error {
  readonly next: string | undefined
  readonly exitCode: number

  /** By name: the built program is several bundles, and each has a class of its own. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return value instanceof Error && value.name === 'CliError'
  }

  constructor(message: string, options: { next?: string; exitCode?: number; cause?: unknown } = {}) {
    super(message, { cause: options.cause })
    this.name = 'CliError'
    this.next = options.next
    this.exitCode = options.exitCode ?? exitCodes.failed
  }
}

/** Wrong usage: exit code 64. */
export function usageError(message: string, next?: string): CliError {
  return new CliError(message, { exitCode: exitCodes.usage, ...(next === undefined ? {} : { next }) })
}

/** The stable code of an error that has one ('' otherwise). */
export function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return ''
  return typeof error.code === 'string' ? error.code : ''
}

const troubles: Record<string, string> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'a part of its path is no folder',
  EISDIR: 'it is a folder',
  EACCES: 'this user may not read it',
}

/** Why a file that somebody named cannot be read, in words. */
export function fileTrouble(error: unknown): string {
  return troubles[codeOf(error)] ?? messageOf(error)
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
