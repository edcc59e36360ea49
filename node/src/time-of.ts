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

/** From `--since` to `--until`, each where it is said; throws a usage error where nothing lies between them. */
export function spanOf(said: { since?: string; until?: string }, nowMs: number): { since?: Date; until?: Date } {
  const since = said.since === undefined ? undefined : timeOf('--since', said.since, nowMs)
  const until = said.until === undefined ? undefined : timeOf('--until', said.until, nowMs)
  if (since && until && since > until) {
    throw usageError(`--since ${said.since} is later than --until ${said.until}: nothing lies between them`)
  }
  return { ...(since ? { since } : {}), ...(until ? { until } : {}) }
}
