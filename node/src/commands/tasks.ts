import type { TaskLine } from '@souk/client'
import { parseCount } from '../amounts.ts'
import { addExamples, addJson, addPeerChoice, type CommandModule, collect } from '../command-module.ts'
import type { Context } from '../context.ts'
import { fetchPeerNames, type PeerNames } from '../peer-names.ts'
import { agoText, durationText, shortName, shortTask } from '../print/amount-text.ts'
import { table } from '../print/table.ts'
import { visibleData } from '../print/visible.ts'
import { type PeerChoice, withSession } from '../session.ts'

interface TasksOptions extends PeerChoice {
  limit: string
  state?: string[]
  here?: boolean
  unendable?: boolean
  json?: boolean
}

export const tasks: CommandModule = {
  define(command, context, done) {
    command
      .argument('[prefix]', 'only ids that begin so')
      .option('--limit <n>', 'at most so many, newest first', '20')
      .option(
        '--state <state>',
        'storing, waiting, asking, offered, queued, running, ending or closed (repeatable)',
        collect,
      )
      .option('--here', 'only what this peer keeps')
      .option('--unendable', 'only what can never end, since most of its custodians were removed')
      .action(async (prefix: string | undefined, options: TasksOptions) => {
        await list(context, prefix, options)
        done(0)
      })
    addJson(addPeerChoice(command))
    addExamples(command, [
      ['souk tasks', 'newest first, whole mesh'],
      ['souk tasks --state running --state waiting', 'what runs and what waits'],
    ])
  },
}

async function list(context: Context, prefix: string | undefined, options: TasksOptions): Promise<void> {
  const { out, err, colours, errColours, outWidth } = context.terminal
  await withSession(context, options, async (client) => {
    const listed = await client.tasks({
      limit: parseCount('--limit', options.limit, 1, 1024),
      ...(prefix === undefined ? {} : { prefix }),
      ...(options.state === undefined ? {} : { states: options.state }),
      ...(options.here ? { here: true } : {}),
      ...(options.unendable ? { unendable: true } : {}),
    })
    if (options.json) return out(JSON.stringify(listed))
    const names = await fetchPeerNames(client)
    if (listed.tasks.length === 0) out(options.unendable ? 'none' : 'no tasks yet; try: souk run -- echo hello')
    else out(tasksTable(listed.tasks, names, { dim: colours.dim, widthMax: outWidth }))
    if (listed.total > listed.tasks.length)
      err(errColours.dim(`${listed.tasks.length} of ${listed.total}; --limit shows more`))
    if (listed.missing.length > 0)
      err(`not answered: ${listed.missing.map(names).join(', ')}; their tasks are not listed`)
  })
}

export function tasksTable(
  lines: readonly TaskLine[],
  names: PeerNames,
  { dim, widthMax }: { dim(text: string): string; widthMax: number },
): string {
  const now = Date.now()
  return table(
    [
      { title: 'id' },
      { title: 'name', yields: 3, least: 12, stays: true },
      { title: 'state' },
      { title: 'priority', yields: 4 },
      { title: 'from', yields: 2, least: 6 },
      { title: 'host' },
      { title: 'runs', align: 'right', yields: 5 },
      { title: 'submitted', align: 'right' },
      { title: 'took', align: 'right', yields: 1 },
    ],
    visibleData(lines).map((line) => [
      shortTask(line.id),
      shortName(line.name || line.class),
      line.kind === undefined ? openText(line) : line.kind === 'succeeded' ? 'ok' : `${line.kind} (${line.code ?? ''})`,
      line.priority,
      names(line.origin),
      names(line.host),
      String(line.attempts),
      agoText(line.submittedAt, now),
      line.endedAt === undefined ? '' : durationText(Date.parse(line.endedAt) - Date.parse(line.submittedAt)),
    ]),
    dim,
    widthMax,
  )
}

/** What waits for other tasks says so: no room would help it. */
function openText({ state, code }: TaskLine): string {
  return code === undefined ? state : `${state} (${code})`
}
