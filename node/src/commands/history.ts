import { apiLimits, type HistoryPage, type HistoryQuery, type SoukClient, type TaskLine } from '@souk/client'
import { outcomeKinds, priorities } from '@souk/wire'
import { parseChoice, parseCount } from '../amounts.ts'
import { addExamples, addJson, addPeerChoice, type CommandModule } from '../command-module.ts'
import type { Context } from '../context.ts'
import { addNotes } from '../help-notes.ts'
import { fetchPeerNames } from '../peer-names.ts'
import { historyTable } from '../print/history-table.ts'
import { type PeerChoice, withSession } from '../session.ts'
import { spanOf } from '../time-of.ts'

interface HistoryOptions extends PeerChoice {
  class?: string
  tenant?: string
  peer?: string
  outcome?: string
  since?: string
  until?: string
  priority?: string
  name?: string
  limit: string
  json?: boolean
}

/** what one command may print; more is read through the API, page by page */
const limitMax = 100_000
const pageMax = apiLimits.listedMax

export const history: CommandModule = {
  define(command, context, done) {
    command
      .option('--class <glob>', 'only of this class; * is any text, ? any one character')
      .option('--name <glob>', 'only with this name')
      .option('--tenant <text>', 'only on this account')
      .option('--peer <name>', 'only what this peer ran; its name or id')
      .option('--outcome <kinds>', `${outcomeKinds.join(', ')}; several with commas`)
      .option('--priority <p>', priorities.join(', '))
      .option('--since <time>', 'submitted since then: 30m, 2h or 1d ago, or 2026-11-24T08:00')
      .option('--until <time>', 'submitted until then')
      .option('--limit <n>', 'at most so many, newest first', '50')
      .action(async (options: HistoryOptions) => {
        await show(context, options)
        done(0)
      })
    addJson(addPeerChoice(command))
    addExamples(command, [
      ['souk history', 'what ended last, on the whole mesh'],
      ['souk history --since 2h --outcome failed,lost', 'what went wrong in the last two hours'],
      ['souk history --peer gpu-1 --class "process/train*"', 'what one host ran of one kind'],
      ['souk history --limit 1000 --json | jq ".tasks[].waitedMs"', 'for programs'],
    ])
    addNotes(
      command,
      'waited: from the submit until its last run began. Results, and how a task was placed, are kept for a day.',
    )
  },
}

async function show(context: Context, options: HistoryOptions): Promise<void> {
  const { out, err, colours, errColours, outWidth } = context.terminal
  const limit = parseCount('--limit', options.limit, 1, limitMax)
  const query = queryOf(options, Date.now())
  await withSession(context, options, async (client) => {
    const found = await readPages(client, query, limit)
    if (options.json) return out(JSON.stringify(found))
    const names = await fetchPeerNames(client)
    out(found.tasks.length === 0 ? 'no ended task fits' : historyTable(found.tasks, names, colours, outWidth))
    const left = found.total - found.tasks.length
    if (left > 0) err(errColours.dim(`${found.tasks.length} of ${found.total}; --limit shows more`))
    if (found.missing.length > 0)
      err(`not answered: ${found.missing.map(names).join(', ')}; what only they keep is not listed`)
  })
}

/** As many pages as it takes. */
async function readPages(client: SoukClient, query: HistoryQuery, limit: number): Promise<HistoryPage> {
  const first = await client.history({ ...query, limit: Math.min(limit, pageMax) })
  const tasks: TaskLine[] = [...first.tasks]
  const missing = new Set(first.missing)
  let next = first.next
  while (next !== undefined && tasks.length < limit) {
    const page = await client.history({ ...query, limit: Math.min(limit - tasks.length, pageMax), after: next })
    tasks.push(...page.tasks)
    for (const peer of page.missing) missing.add(peer)
    next = page.tasks.length > 0 ? page.next : undefined
  }
  return { tasks, total: first.total, missing: [...missing], ...(next === undefined ? {} : { next }) }
}

function queryOf(options: HistoryOptions, nowMs: number): HistoryQuery {
  return {
    ...(options.class === undefined ? {} : { class: options.class }),
    ...(options.name === undefined ? {} : { name: options.name }),
    ...(options.tenant === undefined ? {} : { tenant: options.tenant }),
    ...(options.peer === undefined ? {} : { peer: options.peer }),
    ...(options.outcome === undefined ? {} : { outcomes: options.outcome.split(',').map((word) => word.trim()) }),
    ...(options.priority === undefined ? {} : { priority: parseChoice('--priority', options.priority, priorities) }),
    ...spanOf(options, nowMs),
  }
}
