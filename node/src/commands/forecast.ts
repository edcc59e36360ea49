import { CliError } from '../cli-error.ts'
import { addExamples, addJson, addPeerChoice, type CommandModule } from '../command-module.ts'
import { addNotes } from '../help-notes.ts'
import { forecastsText, forecastText } from '../print/forecast-text.ts'
import { type PeerChoice, withSession } from '../session.ts'

/** of the history, one class in full */
const bucketsOfOne = 60
const bucketsOfAll = 30

export const forecast: CommandModule = {
  define(command, context, done) {
    command
      .argument('[class]', 'a class of tasks; default: an overview of all')
      .action(async (name: string | undefined, options: PeerChoice & { json?: boolean }) => {
        const { out, colours, outWidth } = context.terminal
        await withSession(context, options, async (client) => {
          const query = name === undefined ? { buckets: bucketsOfAll } : { class: name, buckets: bucketsOfOne }
          const seen = await client.forecast(query)
          const [only] = seen.classes
          if (name !== undefined && !only)
            throw new CliError(await unknownText(name, () => client.forecast({ buckets: 1 })))
          if (options.json) out(JSON.stringify(seen))
          else
            out(
              name === undefined ? forecastsText(seen, colours, outWidth) : forecastText(only!, seen.bucketMs, colours),
            )
        })
        done(0)
      })
    addJson(addPeerChoice(command))
    addExamples(command, [
      ['souk forecast', 'what this host runs by class, what it expects, how good that was, what stands warm'],
      ['souk forecast render', 'one class: history, what is expected up to 2 minutes ahead, and why so many are warm'],
      [`souk forecast --json | jq '.classes[].warm.trial'`, 'what forecasts cost beside keeping what was used last'],
    ])
    addNotes(
      command,
      `Demand is counted by spans of time, 10 s each unless souk up --demand-span says otherwise, by each peer for what it runs and what
was submitted to it; a class is followed once it came in two of them. Accuracy is 1 - WAPE: one minus the errors over what came;
its floor is what no forecast of counts like these could exceed. Forecasts decide what stands warm only while they cost less,
on this host's own history, than keeping what was used last.`,
    )
  },
}

async function unknownText(name: string, all: () => Promise<{ classes: { class: string }[] }>): Promise<string> {
  const known = (await all()).classes.map((each) => each.class)
  const others = known.length === 0 ? 'no class is, yet' : `those that are: ${known.slice(0, 16).join(', ')}`
  return `class '${name}' is not followed by this peer; ${others}. A class is once it was submitted or has started here in two spans of time`
}
