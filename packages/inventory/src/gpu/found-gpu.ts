import { type Availability, available, type EntryOf } from '../entry.ts'
import type { GpuFacts } from '../hardware-facts.ts'

/** A device as a vendor's tool or the kernel tells of it. */
export interface FoundGpu {
  /** the same at every look: the device's serial number where it tells one, else where it is plugged in */
  key: string
  /** undefined: nothing is known against its use */
  trouble: string | undefined
  facts: GpuFacts
}

/** above this a device is being used, whoever does (a guess: idle desktops stay below) */
const idlePercentMax = 10

export function gpuEntry({ key, trouble, facts }: FoundGpu, seenAt: string): EntryOf<'gpu'> {
  return {
    id: `gpu/${key}`,
    kind: 'gpu',
    name: facts.model,
    seenAt,
    availability: trouble === undefined ? useOf(facts) : { state: 'unavailable', reason: trouble },
    declared: false,
    facts,
  }
}

function useOf({ processes, utilisationPercent = 0 }: GpuFacts): Availability {
  if (processes.length > 0) {
    const names = processes.slice(0, 3).map(({ pid, name }) => `${name} (${pid})`)
    const more = processes.length > 3 ? ` and ${processes.length - 3} more` : ''
    return { state: 'in-use', reason: `used by ${names.join(', ')}${more}` }
  }
  if (utilisationPercent <= idlePercentMax) return available
  return { state: 'in-use', reason: `${utilisationPercent} % busy` }
}

/** '00000000:65:00.0' and '0000:65:00.0' are one place: as the kernel writes it. */
export function pciAddressOf(text: string): string | undefined {
  const parts = /^(?:([0-9a-f]{4,8}):)?([0-9a-f]{2}:[0-9a-f]{2}\.[0-7])$/i.exec(text.trim())
  return parts ? `${(parts[1] ?? '0000').slice(-4)}:${parts[2]}`.toLowerCase() : undefined
}

/** What a tool writes for "I do not know". */
export function known(text: string | undefined): string | undefined {
  const word = text?.trim() ?? ''
  return word === '' || /^(\[?(n\/?a|not supported|unknown error)\]?|none|unknown)$/i.test(word) ? undefined : word
}

/** A number at the beginning: '42', '42 %', '16368 MB'; undefined where there is none. */
export function numberIn(value: unknown): number | undefined {
  const parts = /^\s*(\d+(?:\.\d+)?)/.exec(
    typeof value === 'number' ? String(value) : typeof value === 'string' ? value : '',
  )
  return parts ? Number(parts[1]) : undefined
}
