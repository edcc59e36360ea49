import { defaultMarketConfig, replay, weighed, weightsOf } from '@souk/market'
import { type Decision, objectives } from '@souk/wire'
import { parseChoice, parsePairs } from '../amounts.ts'
import { usageError } from '../cli-error.ts'
import { addExamples, addJson, addPeerChoice, type CommandModule } from '../command-module.ts'
import { fetchPeerNames } from '../peer-names.ts'
import { explainText } from '../print/explain-text.ts'
import { replayText } from '../print/replay-text.ts'
import { traceText } from '../print/trace-text.ts'
import { visibleData } from '../print/visible.ts'
import { type PeerChoice, withSession } from '../session.ts'

/** events of one task that are shown: the newest */
const traceMax = 200

interface ExplainOptions extends PeerChoice {
  json?: boolean
  weights?: string
  objective?: string
  trace?: boolean
}

export const explain: CommandModule = {
  define(command, context, done) {
    command
      .argument('[id]', "task id; may be shortened, and 'last' works", 'last')
      .option('--weights <term=n,…>', `weigh the bids again: ${weighed.join(', ')}; what is left out counts nothing`)
      .option('--objective <o>', `weigh the bids again by ${objectives.join(', ')}`)
      .option('--trace', 'what every peer did about it, as far as they still know')
      .action(async (id: string, options: ExplainOptions) => {
        const weights = weightsFrom(options)
        await withSession(context, options, async (client) => {
          const detail = await client.task(await client.resolve(id))
          const trace = options.trace ? await client.trace({ task: detail.id, limit: traceMax }) : undefined
          const { out, colours } = context.terminal
          const decision = detail.decision as Decision | undefined
          const again = weights && decision && replay(decision, weights)
          if (options.json) {
            out(JSON.stringify({ ...detail, ...(again && { replay: again }), ...(trace && { trace }) }))
            return
          }
          const names = await fetchPeerNames(client)
          out(explainText(detail, names, colours, Date.now()))
          if (trace) out(`\n${traceText(visibleData(trace), names, colours)}`)
          if (again) out(`\n${replayText(visibleData(decision), visibleData(again), names, colours)}`)
        })
        done(0)
      })
    addJson(addPeerChoice(command))
    addExamples(command, [
      ['souk explain last', 'why it is where it is, or why it waits and what would help'],
      ['souk explain 3f8k --objective pack', 'who would have won, had hosts been filled up one by one'],
      ['souk explain 3f8k --weights price=1,used=-0.5', 'the same with weights of your own'],
      ['souk explain 3f8k --trace', 'each step of every peer, finer than the timeline'],
      ['souk explain 3f8k --json', 'the whole record, with the bids and the prediction'],
    ])
  },
}

/** The weights to try; undefined where none are asked for. Throws a usage error that names the option. */
export function weightsFrom({ weights, objective }: Pick<ExplainOptions, 'weights' | 'objective'>) {
  if (weights !== undefined && objective !== undefined) throw usageError('give either --weights or --objective')
  if (objective !== undefined) return weightsOf(parseChoice('--objective', objective, objectives), defaultMarketConfig)
  if (weights === undefined) return undefined
  const pairs = Object.entries(parsePairs('--weights', [weights], true)).map(([name, text]): [string, number] => {
    if (!(weighed as readonly string[]).includes(name))
      throw usageError(`--weights: '${name}' is no term of the score; known are ${weighed.join(', ')}`)
    const value = Number(text)
    if (text.trim() === '' || !Number.isFinite(value) || Math.abs(value) > 1e6)
      throw usageError(`--weights: ${name}='${text}' is no number from -1000000 to 1000000`)
    return [name, value]
  })
  return Object.fromEntries(pairs)
}
