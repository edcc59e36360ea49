import { bytes, cpuMilli } from '@souk/client'
import { messageOf, usageError } from './cli-error.ts'

const msUnits: Record<string, number> = {
  ms: 1,
  s: 1000,
  '': 1000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}

/** as the mesh takes it: about 34 years */
const durationMsMax = 2 ** 40

function split(flag: string, text: string, form: string): { number: number; unit: string } {
  const match = /^(\d+(?:\.\d+)?)\s*([a-zA-Z]*)$/.exec(text.trim())
  if (!match) throw usageError(`${flag}: '${shortened(text)}' is not an amount; write it like ${form}`)
  return { number: Number(match[1]), unit: match[2]!.toLowerCase() }
}

/**
 * Bytes from '512M', '8G', '8Gi' or '4096B'; K, M, G, T are decimal, Ki, Mi, Gi, Ti binary. A number alone is refused: who
 * types 4 means gigabytes as often as megabytes, and never bytes.
 */
export function parseBytes(flag: string, text: string): number {
  if (/^[\d.]*[1-9][\d.]*$/.test(text.trim()))
    throw usageError(`${flag}: '${shortened(text)}' has no unit; write it like 512M or 8G (B is bytes)`)
  return named(() => bytes(text, flag))
}

/** Thousandths of a CPU (or device) from '2', '0.5' or '500m'. */
export function parseMilli(flag: string, text: string): number {
  return named(() => cpuMilli(text, flag))
}

/** The client's parser names the flag; its error becomes one of usage. */
function named(parse: () => number): number {
  try {
    return parse()
  } catch (cause) {
    throw usageError(messageOf(cause))
  }
}

/** Milliseconds, at least `msMin`, from '250ms', '30s', '5m', '2h', '1d'; a bare number is seconds. */
export function parseDurationMs(flag: string, text: string, msMin = 0): number {
  const { number, unit } = split(flag, text, '250ms, 30s, 5m or 2h')
  const factor = msUnits[unit]
  if (factor === undefined) throw usageError(`${flag}: '${text}' has the unknown unit '${unit}'; use ms, s, m, h or d`)
  const ms = Math.round(number * factor)
  if (ms < msMin) throw usageError(`${flag}: '${shortened(text)}' is shorter than ${msMin} ms; write it like 15m or 2h`)
  if (ms > durationMsMax)
    throw usageError(`${flag}: '${shortened(text)}' is longer than 30 years; leave it out for no limit`)
  return ms
}

/** shown of what was given */
const shownChars = 40
const shortened = (text: string): string => (text.length > shownChars ? `${text.slice(0, shownChars)}…` : text)

/** A whole number within bounds. */
export function parseCount(flag: string, text: string, min: number, max: number): number {
  const number = Number(text)
  if (!Number.isInteger(number) || text.trim() === '' || number < min || number > max) {
    throw usageError(`${flag}: '${shortened(text)}' is not a whole number from ${min} to ${max}`)
  }
  return number
}

/** One of a few words. */
export function parseChoice<T extends string>(flag: string, text: string, choices: readonly T[]): T {
  const choice = choices.find((each) => each === text)
  if (choice === undefined) throw usageError(`${flag}: '${shortened(text)}' is none of ${choices.join(', ')}`)
  return choice
}

/** 'key=value' pairs, given once or several times; comma-separated too where `commas`. */
export function parsePairs(flag: string, texts: readonly string[], commas: boolean): Record<string, string> {
  const pairs: Record<string, string> = {}
  for (const text of commas ? texts.flatMap((t) => t.split(',')) : texts) {
    const at = text.indexOf('=')
    if (at < 1) throw usageError(`${flag}: '${shortened(text)}' is not of the form key=value`)
    pairs[text.slice(0, at)] = text.slice(at + 1)
  }
  return pairs
}

/** HOST:PORT, [V6]:PORT, or a port alone (then on `hostDefault`). */
export function parseHostPort(flag: string, text: string, hostDefault: string): { host: string; port: number } {
  const match = /^(?:\[([^\]]+)\]:|([^:]*):)?(\d+)$/.exec(text)
  if (!match) throw usageError(`${flag}: '${text}' is not ADDRESS:PORT, such as 0.0.0.0:7171`)
  const host = match[1] ?? match[2] ?? ''
  return { host: host === '' ? hostDefault : host, port: parseCount(flag, match[3]!, 0, 65_535) }
}
