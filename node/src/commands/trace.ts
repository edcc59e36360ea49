import { apiLimits, type SoukClient, type TraceQuery, traceFamilies } from '@souk/client'
import { parseCount } from '../amounts.ts'
import { usageError } from '../cli-error.ts'
import { addExamples, addJson, addPeerChoice, type CommandModule } from '../command-module.ts'
import type { Context } from '../context.ts'
import { followTrace } from '../follow-trace.ts'
import { addNotes } from '../help-notes.ts'
import { fetchPeerNames } from '../peer-names.ts'
import { traceGaps, traceTable } from '../print/trace-table.ts'
import { type PeerChoice, withSession } from '../session.ts'
import { spanOf } from '../time-of.ts'

interface TraceOptions extends PeerChoice {
  kind?: string
  task?: string
  peer?: string
  since?: string
  until?: string
  limit: string
  follow?: boolean
  json?: boolean
}

export const trace: CommandModule = {
  define(command, context, done) {
    command
      .option('--kind <kinds>', 'types or first words of them, with commas: task,auction.closed')
      .option('--task <id>', "only about this task; may be shortened, and 'last' works")
      .option('--peer <name>', 'only what this peer tells or what names it; its name or id')
      .option('--since <time>', 'since then: 30m, 2h or 1d ago, or 2026-11-24T08:00')
      .option('--until <time>', 'until then')
      .option('--limit <n>', `at most so many, the newest (up to ${apiLimits.listedMax})`, '100')
      .option('-f, --follow', 'go on with what happens next, until Ctrl-C')
      .action(async (options: TraceOptions) => {
        await show(context, options)
        done(0)
      })
    addJson(addPeerChoice(command))
    addExamples(command, [
      ['souk trace', 'what the peers of the mesh did last'],
      ['souk trace -f --kind task.recovered,member', 'who goes and comes, as it happens'],
      ['souk trace --task last', 'each step of one task, wherever it was taken'],
      ['souk trace --peer oak --since 10m', 'what one peer did, and who had to do with it'],
      ['souk trace -f --json | jq .type', 'a line of JSON for each event; without -f one object'],
    ])
    addNotes(command, kindsText(), notes)
  },
}

const kindsText = () => `Kinds: ${traceFamilies.join(', ')}.`

const notes = `Times are by the clocks of the peers that tell them. Each peer keeps its latest
4,096 events, and 1,024 of those that are seldom.`

async function show(context: Context, options: TraceOptions): Promise<void> {
  const limit = parseCount('--limit', options.limit, 1, apiLimits.listedMax)
  const { follow = false, json = false } = options
  if (follow && options.until !== undefined) throw usageError('--until does not go with --follow: it would never end')
  await withSession(context, options, async (client) => {
    const query = await queryOf(client, options)
    if (follow) await followTrace(client, context.terminal, { query, first: limit, json })
    else await printTrace(client, context, { ...query, limit }, json)
  })
}

async function printTrace(client: SoukClient, { terminal }: Context, query: TraceQuery, json: boolean): Promise<void> {
  const { out, err, colours, errColours, outWidth: widthMax } = terminal
  const found = await client.trace(query)
  if (json) return out(JSON.stringify(found))
  const names = await fetchPeerNames(client)
  out(
    found.events.length === 0
      ? 'no peer remembers an event that fits'
      : traceTable(found.events, { names, colours, widthMax, nowMs: Date.now() }),
  )
  for (const gap of traceGaps(found, query.since, names)) err(errColours.dim(gap))
}

async function queryOf(client: SoukClient, options: TraceOptions): Promise<Omit<TraceQuery, 'limit'>> {
  const { kind, task, peer } = options
  return {
    ...(kind === undefined ? {} : { kinds: kind.split(',').map((word) => word.trim()) }),
    ...(task === undefined ? {} : { task: await taskOf(client, task) }),
    ...(peer === undefined ? {} : { peer }),
    ...spanOf(options, Date.now()),
  }
}

/** Peers may remember what was done about a task whose record is gone: its id is not looked up. */
async function taskOf(client: SoukClient, text: string): Promise<string> {
  if (text === 'last') return await client.resolve(text)
  if (/^[0-9a-z]{3,24}$/.test(text)) return text
  throw usageError(`--task: '${text}' is no id; write at least three characters of one, or last`)
}
