import { resolve } from 'node:path'
import { parseEndpoint } from '@souk/client/node'
import { parseCount } from '../amounts.ts'
import { usageError } from '../cli-error.ts'
import { addExamples, addJson, addPeerChoice, type CommandModule } from '../command-module.ts'
import { consoleLink } from '../console-link.ts'
import type { Context } from '../context.ts'
import { dataFolder, requirePeer } from '../data-folder.ts'
import { replayConsole } from '../replay-console.ts'
import { type PeerChoice, withSession } from '../session.ts'

interface ConsoleOptions extends PeerChoice {
  role?: string
  replay?: string
  port?: string
  json?: boolean
}

const roles = ['admin', 'submit', 'observe'] as const

export const consoleCommand: CommandModule = {
  define(command, context, done) {
    command
      .option('--role <role>', 'observe (look only), submit or admin (default: all that you may)')
      .option('--replay <file>', 'look at what a console has exported: no peer is asked, and nothing can be done')
      .option('--port <port>', 'with --replay: where it is served (default: a free one)')
      .action(async (options: ConsoleOptions) => {
        if (options.replay !== undefined) {
          if (options.role !== undefined)
            throw usageError('--role does not go with --replay: in a replay nothing can be done, so anybody may look')
          const port = options.port === undefined ? 0 : parseCount('--port', options.port, 0, 65_535)
          await replayConsole(context, resolve(context.cwd, options.replay), port, options.json ?? false)
          return done(0)
        }
        if (options.port !== undefined) throw usageError('--port goes with --replay: a peer serves its own console')
        const role = roles.find((known) => known === options.role)
        if (options.role !== undefined && role === undefined)
          throw usageError(`--role: '${options.role}' is none of ${roles.join(', ')}`)
        const url = peerUrl(context, options)
        await withSession(context, options, async (client) => {
          const code = await client.loginCode(role === undefined ? {} : { role })
          const link = consoleLink(url, code.code)
          const { out, err, errColours } = context.terminal
          if (options.json) out(JSON.stringify({ link, ...code }))
          else {
            out(link)
            err(errColours.dim(`opens the console once, as ${code.role}; valid for 15 minutes`))
          }
          done(0)
        })
      })
    addJson(addPeerChoice(command))
    addExamples(command, [
      ['souk console', 'a link that opens the console in a browser'],
      ['souk console --role observe', 'for somebody who may look and nothing else'],
      ['souk console --replay souk-trace-2026-11-29T10-00-00.json', 'what was exported, in the same views'],
    ])
  },
}

/** A code is of one peer, so the peer that is asked must be certain. */
function peerUrl(context: Context, { endpoint, data }: ConsoleOptions): string {
  const ofData = data !== undefined && endpoint === undefined
  const texts =
    endpoint ?? (ofData ? [] : (context.env.SOUK_ENDPOINT?.split(/\s+/).filter((text) => text !== '') ?? []))
  if (texts.length > 1) throw usageError(`--endpoint: ${texts.length} were given; a console is that of one peer`)
  return texts[0] === undefined ? requirePeer(dataFolder(context, data)).url : parseEndpoint(texts[0]).url
}
