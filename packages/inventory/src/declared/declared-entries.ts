import { existsSync } from 'node:fs'
import { type Availability, available, type Entry, type EntryOf } from '../entry.ts'
import type { Found, Relation } from '../inventory.ts'
import type { SpecialisedFacts } from '../other-facts.ts'
import type { Probe } from '../probe.ts'
import { mountOf, parseMounts } from '../storage/mounts.ts'
import type { Declared } from './parse-declaration.ts'
import { isWithin, parseHours } from './working-hours.ts'

/** What the inventory file adds: all but the cloud, which is found and declared together. */
export function declaredEntries(probe: Probe, declared: Declared): Found {
  const { said } = declared
  const gpus = declaredGpus(probe, declared)
  const data = declaredData(probe, declared)
  const entries: Entry[] = [
    ...gpus.entries,
    ...(said.specialised ?? []).map(({ type, name, count = 1, path }) =>
      specialised(probe, name, { type, count: type === 'model' ? 1 : count, path }),
    ),
    ...data.entries,
    ...(said.software ?? []).map(({ name, version, path }): EntryOf<'software'> => {
      const facts = { type: 'tool' as const, version, path }
      return { ...common(probe, `software/${name}`, name), kind: 'software', availability: atPath(path), facts }
    }),
    ...(said.people ?? []).map((person) => personEntry(probe, person)),
  ]
  return { entries, relations: [...gpus.relations, ...data.relations] }
}

const common = ({ seenAt }: Probe, id: string, name: string) => ({ id, name, seenAt, declared: true })

function atPath(path: string | undefined): Availability {
  if (path === undefined || existsSync(path)) return available
  return { state: 'unavailable', reason: `there is no ${path}` }
}

function specialised(probe: Probe, name: string, facts: SpecialisedFacts): EntryOf<'specialised'> {
  const id = `specialised/${facts.type}/${name}`
  const availability: Availability =
    facts.count === 0 ? { state: 'unavailable', reason: 'its count is 0' } : atPath(facts.path)
  return { ...common(probe, id, name), kind: 'specialised', availability, facts }
}

function declaredGpus(probe: Probe, { said, gpuMemoryBytes }: Declared): Found {
  const found: Found = { entries: [], relations: [] }
  for (const [i, gpu] of (said.gpus ?? []).entries()) {
    for (let each = 0; each < (gpu.count ?? 1); each++) {
      const entry: EntryOf<'gpu'> = {
        ...common(probe, `gpu/declared-${i}-${each}`, gpu.model),
        kind: 'gpu',
        availability: available,
        facts: {
          vendor: gpu.vendor ?? 'unknown',
          model: gpu.model,
          memoryBytes: gpuMemoryBytes[i] ?? 0,
          memoryUsedBytes: undefined,
          integrated: false,
          computeUnits: gpu.computeUnits,
          driver: gpu.driver,
          api: gpu.api,
          utilisationPercent: undefined,
          pciAddress: undefined,
          processes: [],
        },
      }
      found.entries.push(entry)
      if (gpu.numa !== undefined) found.relations.push({ from: entry.id, relation: 'near', to: `numa/${gpu.numa}` })
    }
  }
  return found
}

/** Data belongs to the host and, where its file system is known, to that. */
function declaredData(probe: Probe, { said }: Declared): Found {
  const mounts = parseMounts(probe.files.read('/proc/self/mountinfo') ?? '')
  const entries: Entry[] = []
  const relations: Relation[] = []
  for (const { name, path } of said.data ?? []) {
    const entry = specialised(probe, name, { type: 'data', count: 1, path })
    entries.push(entry)
    relations.push({ from: entry.id, relation: 'held-by', to: probe.host })
    const mount = mountOf(mounts, path)
    if (mount) relations.push({ from: entry.id, relation: 'on', to: `storage/mount${mount.path}` })
  }
  return { entries, relations }
}

type Person = NonNullable<Declared['said']['people']>[number]

function personEntry(
  probe: Probe,
  { name, skills = [], hours = [], timeZone, tasksMax = 1 }: Person,
): EntryOf<'people'> {
  const zone = timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone
  const availability: Availability = isWithin(hours.map(parseHours), probe.wallMs, zone)
    ? available
    : { state: 'unavailable', reason: `outside ${hours.join(', ')} (${zone})` }
  const facts = { skills, hours, timeZone: zone, tasksMax }
  return { ...common(probe, `people/${name}`, name), kind: 'people', availability, facts }
}
