import { accessSync, constants, realpathSync } from 'node:fs'
import { platform } from 'node:os'
import { type Availability, available, type EntryOf } from '../entry.ts'
import type { Found } from '../inventory.ts'
import type { SoftwareFacts } from '../other-facts.ts'
import type { Probe } from '../probe.ts'
import { type Program, programs } from './programs.ts'

/**
 * Node itself, and what of `programs` is on the search path. Nothing is run: a version is told only where the
 * program's file says it.
 */
export function findSoftware({ seenAt, path }: Probe): Found {
  const node = { type: 'runtime' as const, version: process.versions.node, path: process.execPath }
  const entries = [softwareEntry('node', node, available, seenAt)]
  for (const program of programs) {
    const file = program.commands.map((command) => path.find(command)).find((each) => each !== undefined)
    if (file === undefined) continue
    const facts = { type: program.type, version: versionInPath(resolved(file)), path: file }
    entries.push(softwareEntry(program.name, facts, availabilityOf(program), seenAt))
  }
  return { entries, relations: [] }
}

function softwareEntry(
  name: string,
  facts: SoftwareFacts,
  availability: Availability,
  seenAt: string,
): EntryOf<'software'> {
  return { id: `software/${name}`, kind: 'software', name, seenAt, availability, declared: false, facts }
}

function resolved(file: string): string {
  try {
    return realpathSync(file)
  } catch {
    return file
  }
}

/** '/usr/bin/python3.11' and '/usr/lib/jvm/java-17-openjdk-amd64/bin/java' say it. */
export function versionInPath(file: string): string | undefined {
  return /[/-](?:python|php|ruby|perl|java-|jdk-?|go-?|julia-|clang-|gcc-)(\d+(?:\.\d+)*)/.exec(file)?.[1]
}

function availabilityOf({ sockets }: Program): Availability {
  if (sockets === undefined || platform() !== 'linux') return available
  for (const socket of sockets) {
    try {
      accessSync(socket, constants.W_OK)
      return available
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EACCES')
        return { state: 'unavailable', reason: `this user may not use ${socket}` }
    }
  }
  return { state: 'unavailable', reason: `its daemon does not run: there is no ${sockets.join(', ')}` }
}
