import type { PeerConfig } from '@souk/peer'
import { scalerLabel } from '@souk/peer'
import type { Command } from 'commander'
import { parseCount, parseDurationMs } from './amounts.ts'
import { usageError } from './cli-error.ts'

/** Whether this peer starts and ends others. */
export interface ScaleOptions {
  scale?: string
  scaleCommand?: string
}

export interface ScaleSettings {
  kind: 'local' | 'command'
  /** slots of a new peer */
  slots: number
  command: string | undefined
  capacity: Partial<PeerConfig['capacity']> & { scaler: string }
}

const peersMax = 64
/** the log remembers each of them, and every change of it is written and told */
const startsPerHourMost = 500
const durations = {
  look: 'bucketMs',
  start: 'startMs',
  'scale-in': 'scaleInMs',
  'cool-down': 'coolDownMs',
  answer: 'answerMs',
  judge: 'judgeMs',
} as const
const counts = {
  max: { field: 'peersMax', most: peersMax },
  slots: { field: 'slotsPerPeer', most: 10_000 },
  'per-hour': { field: 'startsPerHour', most: startsPerHourMost },
  step: { field: 'stepMax', most: peersMax },
} as const
const known = [...Object.keys(counts), ...Object.keys(durations)]

export function addScaleOptions(command: Command): Command {
  return command
    .option(
      '--scale <kind:max=n>',
      'start further peers when the mesh will need them, and end them (on an admin: they have to be invited): local:max=3,slots=2 on this host, command:max=9 by --scale-command; also per-hour, step, look, start, scale-in, cool-down, answer, judge; manual: only by souk scale apply',
    )
    .option(
      '--scale-command <command>',
      'what starts and ends peers, by JSON on its standard input (see souk help scale)',
    )
}

/** Checks the options; undefined: this peer starts no others. */
export function scaleSettings({ scale, scaleCommand }: ScaleOptions): ScaleSettings | undefined {
  if (scale === undefined) {
    if (scaleCommand !== undefined) throw usageError('--scale-command: needs --scale command:max=N')
    return undefined
  }
  const colon = scale.indexOf(':')
  const kind = colon === -1 ? scale : scale.slice(0, colon)
  if (kind !== 'local' && kind !== 'command') throw usageError(`--scale: '${kind}' is neither local nor command`)
  if (kind === 'command' && scaleCommand === undefined) throw usageError('--scale command: needs --scale-command')
  if (kind === 'local' && scaleCommand !== undefined)
    throw usageError('--scale-command: goes with --scale command:max=N')
  const capacity: ScaleSettings['capacity'] = { scaler: kind }
  for (const word of colon === -1 ? [] : scale.slice(colon + 1).split(',')) readWord(word, capacity)
  if (capacity.peersMax === undefined) throw usageError(`--scale: say how many there may be at once: ${kind}:max=3`)
  return { kind, slots: capacity.slotsPerPeer ?? 1, command: scaleCommand, capacity }
}

function readWord(word: string, capacity: ScaleSettings['capacity']): void {
  const [name = '', value = ''] = word.split('=')
  if (word === 'manual') capacity.automatic = false
  else if (Object.hasOwn(counts, name)) {
    const { field, most } = counts[name as keyof typeof counts]
    capacity[field] = parseCount(`--scale ${name}`, value, 1, most)
  } else if (Object.hasOwn(durations, name)) {
    const ms = parseDurationMs(`--scale ${name}`, value)
    if (ms < 100) throw usageError(`--scale ${name}: '${value}' is shorter than 100ms`)
    capacity[durations[name as keyof typeof durations]] = ms
  } else throw usageError(`--scale: '${word}' is none of ${known.join('=, ')}=, manual`)
}

/** What such a peer says of itself, so that one of them is chosen. */
export function scaleLabels(settings: ScaleSettings | undefined): Record<string, string> {
  return settings === undefined ? {} : { [scalerLabel]: settings.kind }
}

/** The same as words of a command line. */
export function scaleArguments({ scale, scaleCommand }: ScaleOptions): string[] {
  return [
    ...(scale === undefined ? [] : ['--scale', scale]),
    ...(scaleCommand === undefined ? [] : ['--scale-command', scaleCommand]),
  ]
}
