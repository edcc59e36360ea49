import type { CancelAnswer, SoukClient } from '@souk/client'
import { addExamples, addJson, addPeerChoice, type CommandModule } from '../command-module.ts'
import type { Context } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import { shortTask } from '../print/amount-text.ts'
import { type PeerChoice, withSession } from '../session.ts'

interface CancelOptions extends PeerChoice {
  reason?: string
  json?: boolean
}

const meanings: Record<CancelAnswer, { text: string; exitCode: number }> = {
  cancelled: { text: 'cancelled; nothing of it runs', exitCode: exitCodes.ok },
  'closed-before': { text: 'had ended before', exitCode: exitCodes.ok },
  stopping: { text: 'is stopping; its process is not gone yet', exitCode: exitCodes.failed },
  unknown: { text: 'is not known', exitCode: exitCodes.unknown },
  unreachable: { text: 'is kept by peers that cannot be reached now; it may still run', exitCode: exitCodes.unknown },
}

export const cancel: CommandModule = {
  define(command, context, done) {
    command
      .argument('<id...>', "task ids; may be shortened, and 'last' works")
      .option('--reason <text>', 'kept with the task')
      .action(async (ids: string[], options: CancelOptions) => {
        done(await withSession(context, options, (client) => cancelAll(client, context, ids, options)))
      })
    addJson(addPeerChoice(command))
    addExamples(command, [['souk cancel last --reason "wrong input"', 'waits until nothing of it runs']])
  },
}

async function cancelAll(client: SoukClient, context: Context, ids: string[], options: CancelOptions): Promise<number> {
  let worst: number = exitCodes.ok
  for (const id of ids) {
    const task = await client.resolve(id)
    let answer = await client.cancel(task, options.reason ?? 'by a person')
    if (answer === 'stopping') answer = await untilGone(client, task)
    const meaning = meanings[answer]
    worst = Math.max(worst, meaning.exitCode)
    if (options.json) context.terminal.out(JSON.stringify({ task, answer }))
    else context.terminal.out(`${shortTask(task)} ${meaning.text}`)
  }
  return worst
}

async function untilGone(client: SoukClient, task: string): Promise<CancelAnswer> {
  const outcome = await client.wait(task)
  return outcome.kind === 'cancelled' ? 'cancelled' : 'closed-before'
}
