import type { SoukClient } from '@souk/client'
import { addExamples, addPeerChoice, type CommandModule } from '../command-module.ts'
import type { Context } from '../context.ts'
import { outputOf } from '../files-out.ts'
import { type PeerChoice, withSession } from '../session.ts'

/** Without -f: output of a running task counts as complete once nothing came for so long. */
const quietMs = 400

interface LogsOptions extends PeerChoice {
  follow?: boolean
}

export const logs: CommandModule = {
  define(command, context, done) {
    command
      .argument('[id]', "task id; may be shortened, and 'last' works", 'last')
      .option('-f, --follow', 'go on until the task ends')
      .action(async (id: string, options: LogsOptions) => {
        await withSession(context, options, (client) => print(client, context, id, options))
        done(0)
      })
    addPeerChoice(command)
    addExamples(command, [
      ['souk logs -f last', 'live, from whichever peer you ask'],
      ['souk logs 3f8k', 'what there is so far'],
    ])
  },
}

async function print(client: SoukClient, context: Context, id: string, options: LogsOptions): Promise<void> {
  const { raw } = context.terminal
  const task = await client.resolve(id)
  const { outcome, state } = await client.task(task)
  if (outcome !== undefined) {
    for (const stream of ['stdout', 'stderr'] as const) raw(stream, await outputOf(client, outcome, stream))
    return
  }
  if (!options.follow && state !== 'running' && state !== 'ending') {
    return context.terminal.err(`it has not begun: ${state}. Why: souk explain ${id}`)
  }
  const stop = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const restart = (): void => {
    clearTimeout(timer)
    if (!options.follow) timer = setTimeout(() => stop.abort(), quietMs)
  }
  restart()
  try {
    for await (const chunk of client.logs(task, stop.signal)) {
      raw(chunk.stream, chunk.data)
      restart()
    }
  } catch (error) {
    if (!stop.signal.aborted) throw error
  } finally {
    clearTimeout(timer)
  }
}
