import { parseDurationMs } from '../amounts.ts'
import { addExamples, addJson, addPeerChoice, type CommandModule } from '../command-module.ts'
import { untilDrained } from '../drain-watch.ts'
import { exitCodes } from '../exit-codes.ts'
import { drainText } from '../print/drain-text.ts'
import { type PeerChoice, withSession } from '../session.ts'

interface DrainCommandOptions extends PeerChoice {
  deadline?: string
  wait?: boolean
  json?: boolean
}

export const drain: CommandModule = {
  define(command, context, done) {
    command
      .option('--deadline <time>', 'what still runs then is stopped, and runs elsewhere (default: it may end)')
      .option('--wait', 'until nothing runs or waits there any more; exits 1 when it is told to take work again')
      .action(async (options: DrainCommandOptions) => {
        const { out, err, colours, errColours } = context.terminal
        const deadline =
          options.deadline === undefined ? {} : { deadlineMs: parseDurationMs('--deadline', options.deadline) }
        await withSession(context, options, async (client) => {
          let seen = await client.drain(deadline)
          const onChange = (now: typeof seen): void => {
            if (!options.json) err(`${now.state}: ${drainText(now)}`)
          }
          if (options.wait) seen = await untilDrained(client, { onChange })
          if (options.json) out(JSON.stringify(seen))
          else if (!options.wait) out(`${colours.yellow(seen.state)}: ${drainText(seen)}`)
          else out(seen.state === 'drained' ? colours.green('drained') : colours.red('it takes work again'))
          if (!options.json && !options.wait) {
            const rest = seen.state === 'drained' ? '' : 'souk drain --wait waits for the rest; '
            err(errColours.dim(`${rest}souk undrain ends it`))
          }
          done(options.wait && seen.state !== 'drained' ? exitCodes.failed : exitCodes.ok)
        })
      })
    addJson(addPeerChoice(command))
    addExamples(command, [
      ['souk drain', 'take nothing new, hand over what waits, let what runs end'],
      ['souk drain --deadline 10m --wait', 'empty in ten minutes: what runs then is stopped, and runs elsewhere'],
      ['souk undrain', 'take work again; until then it drains, restarts included'],
    ])
  },
}
