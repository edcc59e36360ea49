import type { SoukClient } from '@souk/client'
import { messageOf } from '../cli-error.ts'
import { addExamples, addJson, type CommandModule } from '../command-module.ts'
import type { Context } from '../context.ts'
import { dataFolder, runningPeer } from '../data-folder.ts'
import { auditCheck } from '../doctor/audit-check.ts'
import { limitsCheck } from '../doctor/limits-check.ts'
import { type Check, localChecks } from '../doctor/local-checks.ts'
import { keepersCheck, linkCheck, meshChecks, unendableCheck } from '../doctor/peer-checks.ts'
import { scalingCheck } from '../doctor/scaling-check.ts'
import { runningStoreCheck, storedCheck, writeCheck } from '../doctor/store-checks.ts'
import { exitCodes } from '../exit-codes.ts'
import { addNotes } from '../help-notes.ts'
import type { Colours } from '../print/colours.ts'
import { pairs } from '../print/table.ts'
import { withSession } from '../session.ts'

/** tasks that can never end, as far as they are named */
const unendableShownMax = 5

interface DoctorOptions {
  data?: string
  json?: boolean
}

export const doctor: CommandModule = {
  define(command, context, done) {
    command
      .option('--data <folder>', 'data folder of the peer to look at (default: $SOUK_DATA or ~/.souk)')
      .action(async (options: DoctorOptions) => {
        done(await examine(context, options))
      })
    addJson(command)
    addExamples(command, [['souk doctor', 'for every peer: discovered > dialled > authenticated > subscribed']])
    addNotes(command, 'Exit code: 0 nothing is wrong (warnings may be), 1 something is.')
  },
}

async function examine(context: Context, options: DoctorOptions): Promise<number> {
  const folder = dataFolder(context, options.data)
  const running = runningPeer(folder) !== undefined
  const stored = running ? [] : [await storedCheck(folder)]
  const host = [...localChecks(folder, process.versions.node), ...writeCheck(folder), ...stored]
  const { mesh, peers } = !running
    ? { mesh: [], peers: [] }
    : await withSession(context, { data: folder.path }, (client) => askPeer(client))
  const all = [...host, ...mesh, ...peers]
  const { out, colours } = context.terminal
  if (options.json) out(JSON.stringify({ host, mesh, peers }))
  else {
    out(section('this host', host, colours))
    if (mesh.length > 0) out(`\n${section('the mesh', mesh, colours)}`)
    if (peers.length > 0) out(`\n${section('the way to every peer', peers, colours)}`)
  }
  return all.some((check) => check.level === 'fail') ? exitCodes.failed : exitCodes.ok
}

async function askPeer(client: SoukClient): Promise<{ mesh: Check[]; peers: Check[] }> {
  try {
    const unendable = client.tasks({ unendable: true, limit: unendableShownMax })
    const [status, peers, links, stuck] = await Promise.all([
      client.status(),
      client.peers(),
      client.links(),
      unendable,
    ])
    const store = runningStoreCheck(status.store)
    const left = new Set(peers.filter(({ state }) => state === 'left').map(({ id }) => id))
    return {
      mesh: [
        store,
        limitsCheck(status.limits),
        auditCheck(status.audit),
        ...meshChecks(peers),
        ...keepersCheck(status.keeping),
        ...unendableCheck(stuck),
        ...scalingCheck(status),
      ],
      peers: links.map((link) => linkCheck(link, left.has(link.id))),
    }
  } catch (error) {
    const next = 'souk down, then souk up; its log says more'
    return { mesh: [{ name: 'API', level: 'fail', seen: messageOf(error), next }], peers: [] }
  }
}

function section(title: string, checks: readonly Check[], colours: Colours): string {
  const marks = { ok: colours.green('ok  '), warn: colours.yellow('warn'), fail: colours.red('FAIL') }
  const rows = checks.map(({ name, level, seen, next }): [string, string] => [
    `${marks[level]}  ${name}`,
    (next === undefined ? seen : `${seen}\n${colours.dim('next:')} ${next}`).replaceAll('\n', '\n        '),
  ])
  return `${colours.bold(title)}\n${pairs(rows)}`
}
