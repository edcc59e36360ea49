import { placementKey } from '@souk/wire'

/** 340 B, 1.5 kB, 8 GB: decimal units. */
export function bytesText(bytes: number): string {
  return inUnits(bytes, round)
}

/** The same, and never more than it is: '85.8 GB' of 85,899,345,920. */
export function bytesTextAtMost(bytes: number): string {
  return inUnits(bytes, (value) => (value >= 100 ? Math.floor(value) : Math.floor(value * 10) / 10))
}

function inUnits(bytes: number, rounded: (value: number) => number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']
  let value = bytes
  let unit = 0
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  return `${rounded(value)} ${units[unit]}`
}

/** '12 ms', '3.4 s', '5 m 20 s', '2 h 5 m', '3 d 4 h'. */
export function durationText(ms: number): string {
  if (ms < 1000) return `${ms < 10 ? round(ms) : Math.round(ms)} ms`
  const s = ms / 1000
  if (s < 60) return `${round(s)} s`
  const parts: [number, string][] = [
    [86_400, 'd'],
    [3600, 'h'],
    [60, 'm'],
    [1, 's'],
  ]
  let left = Math.round(s)
  const words: string[] = []
  for (const [size, unit] of parts) {
    const n = Math.floor(left / size)
    left -= n * size
    if (n > 0 && words.length < 2) words.push(`${n} ${unit}`)
  }
  return words.join(' ')
}

/** '2', '0.25' CPUs from thousandths: exact, as they are asked for. */
export function milliText(milli: number): string {
  return String(Math.round(milli) / 1000)
}

/** Megabits a second as a person reads them: '0.4', '12.5', '940'. */
export function mbpsText(mbps: number): string {
  return String(round(mbps))
}

function round(value: number): number {
  return value >= 100 ? Math.round(value) : Math.round(value * 10) / 10
}

/** How long ago an ISO time was, by the given wall clock. */
export function agoText(iso: string, nowMs: number): string {
  const at = Date.parse(iso)
  return Number.isNaN(at) ? '?' : `${durationText(Math.max(0, nowMs - at))} ago`
}

/** The end of a peer id tells peers apart; its start is the same for all. */
export function shortPeer(id: string): string {
  return id.length <= 12 ? id : `${id.slice(0, 4)}..${id.slice(-4)}`
}

/**
 * As many characters of a task id as a person needs; every command takes shortened ids. Those of a gang differ only in
 * their last characters, so of them it is all.
 */
export function shortTask(id: string): string {
  return placementKey(id) === id ? id.slice(0, 8) : id
}

/** shown of what a task is called: by default that is its whole command */
const nameCharsMax = 40

/** A task's name in a table. */
export function shortName(name: string): string {
  return name.length <= nameCharsMax ? name : `${name.slice(0, nameCharsMax - 1)}…`
}

/** '1 bid', '3 bids'. */
export function countText(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
