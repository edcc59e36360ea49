import { constants } from 'node:os'
import type { RunResult } from '@souk/wire'
import { messageOf, plainResult, refusal } from './run-result.ts'

/** Of a command that could not be started: the task's own mistake, or this host's trouble. */
export function spawnFailure(error: { code: string; message: string }, command: string): RunResult {
  if (error.code === 'ENOENT') return plainResult('failed', `command not found: ${command}`, 127)
  if (error.code === 'EACCES' || error.code === 'ENOEXEC' || error.code === 'EISDIR') {
    return plainResult('failed', `not executable: ${command}`, 126)
  }
  if (error.code === 'E2BIG' || error.code === 'ERR_INVALID_ARG_VALUE') {
    return plainResult('failed', `${command} cannot be started: ${error.message}`, 126)
  }
  return refusal('spawn-failed', `${command}: ${error.message}`)
}

/** Of a run that did not come to its command: its files could not be put in place. */
export function preparationFailure(error: unknown): RunResult {
  const code = (error as { code?: string }).code ?? 'io'
  // The task's own mistake is the same on every host; the rest may work on another.
  if (code === 'path-escapes' || code === 'path-twice')
    return plainResult('failed', `${code}: ${messageOf(error)}`, 126)
  return refusal(code, messageOf(error))
}

/** 0: there is no such signal, or none. */
export function signalNumber(signal: string | null): number {
  return signal === null ? 0 : (constants.signals[signal as NodeJS.Signals] ?? 0)
}
