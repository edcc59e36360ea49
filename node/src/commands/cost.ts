import { parseChoice, parseDurationMs } from '../amounts.ts'
import { addExamples, addJson, addPeerChoice, type CommandModule } from '../command-module.ts'
import type { Context } from '../context.ts'
import { addNotes } from '../help-notes.ts'
import { fetchPeerNames } from '../peer-names.ts'
import { costGroupings, costText } from '../print/cost-text.ts'
import { type PeerChoice, withSession } from '../session.ts'
import { timeOf } from '../time-of.ts'

interface CostOptions extends PeerChoice {
  since: string
  by: string
  startTime?: string
  json?: boolean
}

export const cost: CommandModule = {
  define(command, context, done) {
    command
      .option('--since <time>', 'what was submitted since then: 2h or 7d ago (at most 30d), or 2026-11-24T08:00', '1d')
      .option('--by <what>', costGroupings.join(', '), 'class')
      .option('--start-time <time>', 'how long a worker takes to start in the comparison (default: as scaling expects)')
      .action(async (options: CostOptions) => {
        await show(context, options)
        done(0)
      })
    addJson(addPeerChoice(command))
    addExamples(command, [
      ['souk cost', 'what a day cost by class, how much was waste, what other ways would have cost'],
      ['souk cost --since 7d --by tenant', 'a week by tenant'],
      [`souk cost --json | jq '.byTask.groups[:3]'`, 'the three dearest tasks'],
    ])
    addNotes(
      command,
      `A run costs its time at the price of what it asked for: of a host that declares or knows its price an hour the largest share
it had, of others so much a resource and hour (souk up --price; default: a core-hour costs 1). Unused, failed and repeated
are parts of the cost. Repeated is an estimate: runs before the last, each as long as that one. The comparison
replays the same tasks, each class with workers of its own: reactive follows demand (70 % busy, every 15 s, down after five
minutes), fixed is as many as were enough 99 % of the time.`,
    )
  },
}

async function show(context: Context, options: CostOptions): Promise<void> {
  const { out, err, errColours, colours, outWidth } = context.terminal
  const since = timeOf('--since', options.since, Date.now())
  const by = parseChoice('--by', options.by, costGroupings)
  const startMs = options.startTime === undefined ? undefined : parseDurationMs('--start-time', options.startTime)
  await withSession(context, options, async (client) => {
    const found = await client.cost({ since, ...(startMs === undefined ? {} : { startMs }) })
    if (options.json) return out(JSON.stringify(found))
    const names = await fetchPeerNames(client)
    out(costText(found, by, names, colours, outWidth))
    if (found.truncated) err(errColours.dim('there is more than is looked at; a later --since has all of its tasks'))
    if (found.missing.length > 0)
      err(`not answered: ${found.missing.map(names).join(', ')}; what only they keep is not counted`)
  })
}
