import { existsSync } from 'node:fs'
import { CliError, usageError } from '../cli-error.ts'
import { addExamples, addJson, type CommandModule } from '../command-module.ts'
import type { Context } from '../context.ts'
import { createDataFolder, type DataFolder, dataFolder, runningPeer } from '../data-folder.ts'
import { exitCodes } from '../exit-codes.ts'
import { addNotes } from '../help-notes.ts'
import { readMesh } from '../mesh-file.ts'
import { ownerWords } from '../owner-words.ts'
import { addPeerOptions, type PeerOptions, peerSettings } from '../peer-options.ts'
import { startPeerProcess } from '../peer-process.ts'
import { upReport } from '../print/up-report.ts'
import { scaleArguments } from '../scale-options.ts'
import { refuseScalingWithoutKey } from '../scaling-right.ts'
import { warmHelp } from '../warm-options.ts'

export interface UpOptions extends PeerOptions {
  json?: boolean
}

export const up: CommandModule = {
  define(command, context, done) {
    addPeerOptions(command)
      .option('--mesh <name>', 'name of the mesh to make, when there is none here yet (default: home)')
      .action(async (options: UpOptions) => {
        done(await startPeer(context, options))
      })
    addJson(command)
    addExamples(command, [
      ['souk up', 'in the foreground; Ctrl-C stops it'],
      ['souk up --detach', 'in the background; logs in ~/.souk/peer.log'],
      ['souk up --offer cpu=2,mem=4G,slots=2 --allow function', 'offer less, allow less'],
      ['souk up --inventory lab.json', 'with what the file declares: licences, devices, zone, price'],
      ['souk up --tenant-weight lab=3', 'of what waits, three of lab for each of another tenant'],
      ['souk up --quota lab=cpu:8,mem:16G,tasks:100', 'lab has no more of this host than that at once'],
      ["souk up --objective 'process/train*=pack'", 'fill hosts up one by one with tasks of these classes'],
      ['souk up --scale local:max=3,slots=2', 'start up to three further peers here when the mesh will need them'],
      [
        "souk up --warm-command 'process/render*=/opt/worker'",
        'processes that are ready before commands of this class come',
      ],
      ['souk up --listen-api 0.0.0.0:7443', 'for clients on other hosts, with souk token'],
      ['souk up --otel http://127.0.0.1:4318', 'spans of every task, for Jaeger, Tempo and their like'],
    ])
    addNotes(command, warmHelp)
  },
}

/** Starts the peer of a data folder, here or in the background, and says what there is to say. */
export async function startPeer(context: Context, options: UpOptions): Promise<number> {
  const settings = peerSettings(options, context)
  const folder = dataFolder(context, options.data)
  refuseSecondPeer(folder)
  refuseOtherMesh(settings.meshName, folder)
  refuseScalingWithoutKey(settings.scaling, folder)
  createDataFolder(folder)
  if (options.detach) return await startDetached(context, folder, options)
  const { runForeground } = await import('../foreground.ts')
  return await runForeground(context, folder, settings, options.json === true)
}

export function refuseSecondPeer(folder: DataFolder): void {
  const running = runningPeer(folder)
  if (running === undefined) return
  throw new CliError(`${folder.path} is in use: peer ${running.name} runs there (process ${running.pid})`, {
    next: `souk status${folder.words}   (stop it: souk down${folder.words}; a second peer needs its own --data FOLDER)`,
    exitCode: exitCodes.unavailable,
  })
}

/** A mesh is made once: under another name nobody would find the new one. */
function refuseOtherMesh(wished: string | undefined, folder: DataFolder): void {
  const made = wished === undefined ? undefined : readMesh(folder)?.mesh.name
  if (made === undefined || made === wished) return
  throw usageError(
    `--mesh: ${folder.path} belongs to mesh ${made}, not ${wished}`,
    `souk up${folder.words}   (another mesh: souk up --mesh ${wished} --data ANOTHER-FOLDER)`,
  )
}

async function startDetached(context: Context, folder: DataFolder, options: UpOptions): Promise<number> {
  const { report } = await startPeerProcess(context, {
    args: ['up', '--data', folder.path, ...peerArguments(options)],
    logPath: folder.log,
    tied: false,
  })
  const { out, err, colours, errColours } = context.terminal
  out(options.json ? JSON.stringify(report) : upReport(report, folder.words, colours))
  if (!options.json) err(errColours.dim(`\nin the background as process ${report.pid}; its log: ${folder.log}`))
  return exitCodes.ok
}

/** The options again as words, without --data, --detach and --json. */
export function peerArguments(options: PeerOptions): string[] {
  const words: string[] = []
  const one = (flag: string, value: string | undefined): void => {
    if (value !== undefined) words.push(flag, value)
  }
  const many = (flag: string, values: readonly string[] | undefined): void => {
    for (const value of values ?? []) words.push(flag, value)
  }
  one('--mesh', options.mesh)
  one('--name', options.name)
  one('--listen', options.listen)
  one('--api-port', options.apiPort)
  one('--listen-api', options.listenApi)
  one('--inventory', options.inventory)
  many('--announce', options.announce)
  many('--peer', options.peer)
  many('--offer', options.offer)
  many('--label', options.label)
  words.push(...ownerWords(options), ...scaleArguments(options))
  if (!options.mdns) words.push('--no-mdns')
  if (!options.custody) words.push('--no-custody')
  return words
}

/** True where a mesh was made or joined before. */
export function hasMesh(folder: DataFolder): boolean {
  return existsSync(folder.mesh)
}
