import { parseDurationMs } from './amounts.ts'
import { usageError } from './cli-error.ts'

/** '2h' is two hours ago; a date, or a date and a time of this host's zone, is that. */
export function timeOf(flag: string, text: string, nowMs: number): Date {
  const ago = /^[\d.]+[a-z]*$/.test(text)
  const ms = ago ? nowMs - parseDurationMs(flag, text) : Date.parse(text)
  if (!Number.isFinite(ms) || ms < 0) {
    throw usageError(`${flag}: '${text}' is no time; write how long ago (30m, 2h, 1d) or 2026-11-24T08:00`)
  }
  return new Date(ms)
}
