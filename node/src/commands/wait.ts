import type { SoukClient } from '@souk/client'
import { parseDurationMs } from '../amounts.ts'
import { codeOf, messageOf } from '../cli-error.ts'
import { addExamples, addJson, addPeerChoice, type CommandModule } from '../command-module.ts'
import type { Context } from '../context.ts'
import { exitCodeOfOutcome, exitCodes } from '../exit-codes.ts'
import { addNotes } from '../help-notes.ts'
import { printOutcome } from '../print-outcome.ts'
import { type PeerChoice, withSession } from '../session.ts'

interface WaitOptions extends PeerChoice {
  timeout?: string
  json?: boolean
}

export const wait: CommandModule = {
  define(command, context, done) {
    command
      .argument('<id...>', "task ids; may be shortened, and 'last' works")
      .option('--timeout <time>', 'stop waiting after 30s, 5m (the tasks go on)')
      .action(async (ids: string[], options: WaitOptions) => {
        done(await withSession(context, options, (client) => waitFor(client, context, ids, options)))
      })
    addJson(addPeerChoice(command))
    addExamples(command, [
      ['souk wait last', 'its result, and an exit code that tells how it ended'],
      ['souk wait 3f8k 9q2m --json', 'one JSON object a task'],
    ])
    addNotes(command, 'Exit code: 0 all ok, 1 some failed, 2 cannot be placed, 3 lost, unknown, or still not ended.')
  },
}

async function waitFor(client: SoukClient, context: Context, ids: string[], options: WaitOptions): Promise<number> {
  const signal =
    options.timeout === undefined ? undefined : AbortSignal.timeout(parseDurationMs('--timeout', options.timeout))
  const codes = await Promise.all(
    ids.map(async (id) => {
      try {
        const outcome = await client.wait(await client.resolve(id, signal), signal)
        await printOutcome(client, context, outcome, options.json === true)
        return exitCodeOfOutcome(outcome)
      } catch (error) {
        const ended = signal?.aborted === true
        context.terminal.err(`souk: ${ended ? `${id} has not ended within ${options.timeout}` : messageOf(error)}`)
        return codeOf(error) === 'task-ambiguous' ? exitCodes.usage : exitCodes.unknown
      }
    }),
  )
  return Math.max(...codes)
}
