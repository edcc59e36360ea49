import { emptyResult, type RunResult } from '@souk/wire'
import type { StopCode } from './run-order.ts'

const messageCharsMax = 4096

/** A result with nothing in it but how it ended. */
export function plainResult(end: RunResult['end'], message: string, exitCode = 0): RunResult {
  return emptyResult(end, exitCode, cutMessage(message))
}

/** The task never ran, and may well run elsewhere; the message begins with a code. */
export function refusal(code: string, detail: string): RunResult {
  return plainResult('refused', `${code}: ${detail}`)
}

export function stopEnd(code: StopCode): 'timeout' | 'stopped' {
  return code === 'timeout' ? 'timeout' : 'stopped'
}

/** It is stopped for reasons of its host alone, and goes on elsewhere from what it leaves. */
export const movesOn = (code: StopCode | undefined): boolean => code === 'draining' || code === 'pressure'

export function stopMessage(code: StopCode, timeoutMs: number): string {
  if (code === 'timeout') return `it ran longer than its timeout${timeoutMs > 0 ? ` of ${timeoutMs} ms` : ''}`
  if (code === 'cancelled') return 'cancelled'
  if (code === 'fenced') return 'fenced: another peer may run this task now'
  if (code === 'outrun') return 'a second run of it was faster'
  if (code === 'draining') return 'its host drains, and its time was up'
  if (code === 'pressure') return 'its host ran short of memory, and its time was up'
  return 'the peer is shutting down'
}

export function cutMessage(message: string): string {
  return message.length <= messageCharsMax ? message : `${message.slice(0, messageCharsMax - 1)}…`
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
