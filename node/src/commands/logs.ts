import type { SoukClient } from '@souk/client'
import { addExamples, addPeerChoice, type CommandModule } from '../command-module.ts'
import type { Context } from '../context.ts'
import { outputOf } from '../files-out.ts'
import { type PeerChoice, withSession } from '../session.ts'

/** Without -f: the host says at once what it has kept of the run; silent for so long, it cannot be heard now. */
const silenceMsMax = 3000
/** The keeper hears a second later than the host that a run has begun. */
const perhapsBegun = ['queued', 'running', 'ending']

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
  if (options.follow) {
    for await (const chunk of client.logs(task)) raw(chunk.stream, chunk.data)
    return
  }
  const written = perhapsBegun.includes(state) && (await printSoFar(client, context, task))
  if (!written && state !== 'running' && state !== 'ending') {
    context.terminal.err(`it has not begun: ${state}. Why: souk explain ${id}`)
  }
}

/** What a task that goes on has written until now; false: nothing. */
async function printSoFar(client: SoukClient, context: Context, task: string): Promise<boolean> {
  const stop = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const restart = (): void => {
    clearTimeout(timer)
    timer = setTimeout(() => stop.abort(), silenceMsMax)
  }
  let written = false
  restart()
  try {
    for await (const chunk of client.logs(task, stop.signal, { follow: false })) {
      context.terminal.raw(chunk.stream, chunk.data)
      written = true
      restart()
    }
  } catch (error) {
    if (!stop.signal.aborted) throw error
    context.terminal.err(`souk: its host said nothing for ${silenceMsMax / 1000} s; there may be more`)
  } finally {
    clearTimeout(timer)
  }
  return written
}
