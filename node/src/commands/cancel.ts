import type { CancelAnswer, SoukClient } from '@souk/client'
import { codeOf } from '../cli-error.ts'
import { addExamples, addJson, addPeerChoice, type CommandModule } from '../command-module.ts'
import type { Context } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import { shortTask } from '../print/amount-text.ts'
import { type PeerChoice, withSession } from '../session.ts'

interface CancelOptions extends PeerChoice {
  reason?: string
  unendable?: boolean
  json?: boolean
}

const meanings: Record<CancelAnswer, { text: string; exitCode: number }> = {
  cancelled: { text: 'cancelled; nothing of it runs', exitCode: exitCodes.ok },
  'closed-before': { text: 'had ended before', exitCode: exitCodes.ok },
  stopping: { text: 'is stopping; its process is not gone yet', exitCode: exitCodes.failed },
  endable: {
    text: 'goes on: enough of its custodians are left, so there is nothing to give up; souk cancel without --unendable ends it',
    exitCode: exitCodes.failed,
  },
  unknown: { text: 'is not known', exitCode: exitCodes.unknown },
  unreachable: { text: 'is kept by peers that cannot be reached now; it may still run', exitCode: exitCodes.unknown },
}

/** a given up task whose other custodians do not answer is reported as stopping after so long, and the next one is tried */
const goneMsMax = 30_000

export const cancel: CommandModule = {
  define(command, context, done) {
    command
      .argument('<id...>', "task ids; may be shortened, and 'last' works")
      .option('--reason <text>', 'kept with the task')
      .option('--unendable', 'also where most of its custodians were removed: what those knew is given up')
      .action(async (ids: string[], options: CancelOptions) => {
        done(await withSession(context, options, (client) => cancelAll(client, context, ids, options)))
      })
    addJson(addPeerChoice(command))
    addExamples(command, [
      ['souk cancel last --reason "wrong input"', 'waits until nothing of it runs'],
      ['souk cancel --unendable 3f8k', 'what nothing else can end (souk tasks --unendable lists those)'],
    ])
  },
}

async function cancelAll(
  client: SoukClient,
  context: Context,
  ids: readonly string[],
  options: CancelOptions,
): Promise<number> {
  let worst: number = exitCodes.ok
  for (const id of ids) {
    const { task, answer } = await cancelOne(client, id, options)
    const meaning = meanings[answer]
    worst = Math.max(worst, meaning.exitCode)
    if (options.json) context.terminal.out(JSON.stringify({ task, answer }))
    else context.terminal.out(`${shortTask(task)} ${meaning.text}`)
  }
  return worst
}

/** One that nobody knows keeps none of the others from being cancelled. */
async function cancelOne(
  client: SoukClient,
  id: string,
  { reason = 'by a person', unendable }: CancelOptions,
): Promise<{ task: string; answer: CancelAnswer }> {
  let task: string
  try {
    task = await client.resolve(id)
  } catch (error) {
    if (codeOf(error) === 'task-unknown') return { task: id, answer: 'unknown' }
    throw error
  }
  const answer = unendable ? await client.giveUp(task, reason) : await client.cancel(task, reason)
  if (answer !== 'stopping') return { task, answer }
  return { task, answer: await untilGone(client, task, unendable ? AbortSignal.timeout(goneMsMax) : undefined) }
}

async function untilGone(client: SoukClient, task: string, signal: AbortSignal | undefined): Promise<CancelAnswer> {
  try {
    const outcome = await client.wait(task, signal)
    return outcome.kind === 'cancelled' ? 'cancelled' : 'closed-before'
  } catch (error) {
    if (signal?.aborted) return 'stopping'
    throw error
  }
}
