import { readFileSync } from 'node:fs'
import { CliError, messageOf, usageError } from '../cli-error.ts'
import { addExamples, addJson, type CommandModule } from '../command-module.ts'
import { dataFolder } from '../data-folder.ts'
import { exitCodes } from '../exit-codes.ts'
import { interruption } from '../interruption.ts'
import { addPeerOptions, peerSettings } from '../peer-options.ts'
import { hasMesh, refuseSecondPeer, startPeer, type UpOptions } from './up.ts'

export const join: CommandModule = {
  define(command, context, done) {
    addPeerOptions(command)
      .argument('[line...]', 'the invitation, as souk invite printed it; - reads it from standard input')
      .action(async (words: string[], options: UpOptions) => {
        const settings = peerSettings(options, context)
        const folder = dataFolder(context, options.data)
        refuseSecondPeer(folder)
        if (hasMesh(folder)) {
          throw new CliError(`${folder.path} belongs to a mesh already`, {
            next: `souk up${folder.words}   (to join another mesh as another peer: souk join LINE --data FOLDER)`,
            exitCode: exitCodes.usage,
          })
        }
        const line = lineOf(words)
        const { joinMesh } = await import('../join-mesh.ts')
        const interrupted = interruption(context)
        await joinMesh(folder, line, settings, interrupted.signal).finally(() => interrupted.stop())
        if (interrupted.signal.aborted) {
          throw new CliError(`${messageOf(interrupted.signal.reason)}; this host is a member by now`, {
            next: `souk up${folder.words}`,
            exitCode: exitCodes.interrupted,
          })
        }
        done(await startPeer(context, options))
      })
    addJson(command)
    addExamples(command, [
      ['souk join LINE', 'LINE is what souk invite (or souk up) printed'],
      ['souk join LINE --detach --name attic', 'in the background, called attic'],
      ['souk join - < invitation', 'the line holds a secret: so it shows in no list of processes, and in no history'],
    ])
  },
}

/** A line pasted with its 'souk join' in front, or broken by blanks, is still the line. */
function lineOf(words: readonly string[]): string {
  const given = words.length === 1 && words[0] === '-' ? readStandardInput().split(/\s+/) : words
  const line = given.filter((word) => word !== 'souk' && word !== 'join').join('')
  if (line !== '') return line
  const where = given === words ? 'no invitation was given' : 'standard input holds no invitation'
  throw usageError(where, 'souk invite   on a host of the mesh prints one: souk join LINE, or souk join - < FILE')
}

function readStandardInput(): string {
  try {
    return readFileSync(0, 'utf8')
  } catch (cause) {
    throw usageError(`standard input cannot be read: ${messageOf(cause)}`)
  }
}
