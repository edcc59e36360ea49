import { CliError } from '../cli-error.ts'
import { addExamples, addJson, type CommandModule } from '../command-module.ts'
import { createDataFolder, dataFolder } from '../data-folder.ts'
import { exitCodes } from '../exit-codes.ts'
import { addPeerOptions, peerSettings } from '../peer-options.ts'
import { hasMesh, refuseSecondPeer, startPeer, type UpOptions } from './up.ts'

export const join: CommandModule = {
  define(command, context, done) {
    addPeerOptions(command)
      .argument('<line...>', 'the invitation, as souk invite printed it')
      .action(async (words: string[], options: UpOptions) => {
        const settings = peerSettings(options, context.cwd)
        const folder = dataFolder(context, options.data)
        refuseSecondPeer(folder)
        if (hasMesh(folder)) {
          throw new CliError(`${folder.path} belongs to a mesh already`, {
            next: 'souk up   (to join another mesh as another peer: souk join LINE --data FOLDER)',
            exitCode: exitCodes.usage,
          })
        }
        createDataFolder(folder)
        // A line pasted with its 'souk join' in front, or broken by blanks, is still the line.
        const line = words.filter((word) => word !== 'souk' && word !== 'join').join('')
        const { joinMesh } = await import('../join-mesh.ts')
        await joinMesh(folder, line, settings)
        done(await startPeer(context, options))
      })
    addJson(command)
    addExamples(command, [
      ['souk join LINE', 'LINE is what souk invite (or souk up) printed'],
      ['souk join LINE --detach --name attic', ''],
    ])
  },
}
