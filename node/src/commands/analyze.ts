import { apiLimits } from '@souk/client'
import { parseDurationMs } from '../amounts.ts'
import { usageError } from '../cli-error.ts'
import { addExamples, addJson, addPeerChoice, type CommandModule } from '../command-module.ts'
import type { Context } from '../context.ts'
import { addNotes } from '../help-notes.ts'
import { fetchPeerNames } from '../peer-names.ts'
import { analysisText } from '../print/analysis-text.ts'
import { type PeerChoice, withSession } from '../session.ts'

interface AnalyzeOptions extends PeerChoice {
  window: string
  peer?: string
  json?: boolean
}

export const analyze: CommandModule = {
  define(command, context, done) {
    command
      .option('--window <time>', 'look at what was submitted within 10m, 1h, 7d', '1h')
      .option('--peer <name>', 'only what this peer ran, runs or bears; its name or id')
      .action(async (options: AnalyzeOptions) => {
        await show(context, options)
        done(0)
      })
    addJson(addPeerChoice(command))
    addExamples(command, [
      ['souk analyze', 'the whole mesh over the last hour'],
      ['souk analyze --window 1d --peer gpu-1', 'one host over a day'],
      [`souk analyze --json | jq '.conflicts[] | {class, waiting, at}'`, 'who waits for what whom holds'],
    ])
    addNotes(
      command,
      `Demand: asked is what ended runs asked for, times how long they took. A conflict is a task that waits for a resource
which others hold: for each host that could run it, the first resource that is short, and whose tasks have it.`,
    )
  },
}

function windowOf(text: string): number {
  const windowMs = parseDurationMs('--window', text)
  if (windowMs >= 1000 && windowMs <= apiLimits.windowMsMax) return windowMs
  throw usageError(`--window: '${text}' is not from 1s to 30d; write it like 10m, 1h or 7d`)
}

async function show(context: Context, options: AnalyzeOptions): Promise<void> {
  const { out, err, errColours, colours, outIsTerminal } = context.terminal
  const windowMs = windowOf(options.window)
  await withSession(context, options, async (client) => {
    const found = await client.analysis({ windowMs, ...(options.peer === undefined ? {} : { peer: options.peer }) })
    if (options.json) return out(JSON.stringify(found))
    const names = await fetchPeerNames(client)
    out(analysisText(found, names, { colours, bars: outIsTerminal }))
    if (found.truncated) err(errColours.dim('there is more than is looked at; a smaller --window has all of its tasks'))
    if (found.missing.length > 0)
      err(`not answered: ${found.missing.map(names).join(', ')}; what only they keep is not counted`)
  })
}
