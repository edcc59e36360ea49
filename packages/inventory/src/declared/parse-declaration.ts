import { Value, type ValueError } from '@sinclair/typebox/value'
import { expectedText } from '@souk/wire'
import { parseBytes, parseCpuMilli } from '../amounts.ts'
import type { Reserve } from '../inventory.ts'
import { InventoryError } from '../inventory-error.ts'
import { type Declaration, DeclarationSchema } from './declaration-schema.ts'
import { parseHours } from './working-hours.ts'

/** What the file says, with its amounts read. */
export interface Declared {
  reserve: Reserve
  /** bytes of each, in the order of `gpus` */
  gpuMemoryBytes: number[]
  said: Declaration
}

export const nothingDeclared: Declared = {
  reserve: { cpuMilli: undefined, memoryBytes: undefined, diskBytes: undefined },
  gpuMemoryBytes: [],
  said: {},
}

/** complaints of one file that are told together */
const complaintsMax = 5

/** The inventory file's text. Throws `declaration-invalid`, whose message names every place that is wrong. */
export function parseDeclaration(text: string): Declared {
  let said: unknown
  try {
    said = JSON.parse(text)
  } catch (cause) {
    throw wrong([`it is no JSON: ${(cause as Error).message}`])
  }
  if (!Value.Check(DeclarationSchema, said)) throw wrong(complaintsOf(Value.Errors(DeclarationSchema, said)))
  const complaints: string[] = []
  const read = <T>(path: string, parse: () => T): T | undefined => {
    try {
      return parse()
    } catch (cause) {
      complaints.push(`${path}: ${(cause as Error).message}`)
      return undefined
    }
  }
  const { reserve = {}, gpus = [], people = [], specialised = [], data = [], software = [] } = said
  const declared: Declared = {
    reserve: {
      cpuMilli: read('/reserve/cpu', () => amountOf(reserve.cpu, parseCpuMilli)),
      memoryBytes: read('/reserve/memory', () => amountOf(reserve.memory, parseBytes)),
      diskBytes: read('/reserve/disk', () => amountOf(reserve.disk, parseBytes)),
    },
    gpuMemoryBytes: gpus.map((gpu, i) => read(`/gpus/${i}/memory`, () => amountOf(gpu.memory, parseBytes)) ?? 0),
    said,
  }
  for (const [i, { hours = [], timeZone }] of people.entries()) {
    for (const [j, range] of hours.entries()) read(`/people/${i}/hours/${j}`, () => parseHours(range))
    if (timeZone !== undefined) read(`/people/${i}/timeZone`, () => checkTimeZone(timeZone))
  }
  complaints.push(
    ...Object.entries({ people, specialised, data, software }).flatMap(([place, items]) => twice(place, items)),
  )
  complaints.push(...ownNames(specialised))
  if (complaints.length > 0) throw wrong(complaints)
  return declared
}

function amountOf(amount: string | number | undefined, parse: (text: string) => number): number | undefined {
  return amount === undefined ? undefined : parse(String(amount))
}

function checkTimeZone(timeZone: string): void {
  try {
    new Intl.DateTimeFormat('en', { timeZone })
  } catch {
    throw new Error(`'${timeZone}' is no time zone; write it as Europe/Berlin`)
  }
}

/** Two of one name would be one entry. */
function twice(place: string, items: readonly { name: string }[]): string[] {
  const first = new Map<string, number>()
  return items.flatMap(({ name }, i) => {
    const before = first.get(name)
    if (before === undefined) first.set(name, i)
    return before === undefined ? [] : [`/${place}/${i}/name: '${name}' is also /${place}/${before}; say it once`]
  })
}

/** What every host has and offers under these names: tasks ask for that. */
const ofEveryHost = ['cpu', 'mem', 'memory', 'disk', 'net', 'network', 'gpu', 'slots']

function ownNames(items: NonNullable<Declaration['specialised']>): string[] {
  return items.flatMap(({ type, name }, i) =>
    type !== 'model' && ofEveryHost.includes(name)
      ? [`/specialised/${i}/name: '${name}' is what every host has by itself; give it another name`]
      : [],
  )
}

function complaintsOf(errors: Iterable<ValueError>): string[] {
  const byPath = new Map<string, string>()
  for (const error of errors) {
    // The first complaint about a place says most.
    if (!byPath.has(error.path)) byPath.set(error.path, messageOf(error))
    if (byPath.size === complaintsMax) break
  }
  return [...byPath].map(([path, message]) => `${path === '' ? 'the file' : path}: ${message}`)
}

function messageOf(error: ValueError): string {
  const seen = JSON.stringify(error.value)
  return seen === undefined ? expectedText(error) : `${expectedText(error)}, is ${seen.slice(0, 60)}`
}

function wrong(complaints: readonly string[]): InventoryError {
  return new InventoryError('declaration-invalid', complaints.join('; '))
}
