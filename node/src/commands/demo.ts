import { resolve } from 'node:path'
import { parseCount } from '../amounts.ts'
import { CliError } from '../cli-error.ts'
import { addExamples, addJson, type CommandModule } from '../command-module.ts'
import type { Context } from '../context.ts'
import { DemoMesh } from '../demo/demo-mesh.ts'
import { demoReport } from '../demo/demo-report.ts'
import { type DemoFigures, runDemo } from '../demo/demo-run.ts'
import { defaultFolder, readFiles } from '../demo/demo-work.ts'
import { exitCodes } from '../exit-codes.ts'
import { noProgress, progressBar } from '../print/progress.ts'

interface DemoOptions {
  dir?: string
  limit: string
  keep?: boolean
  json?: boolean
}

export const demo: CommandModule = {
  define(command, context, done) {
    command
      .option('--dir <folder>', "the folder whose files are worked on (default: the project's own sources)")
      .option('--limit <n>', 'at most so many files', '200')
      .option('--keep', 'leave the mesh up afterwards')
      .action(async (options: DemoOptions) => {
        done(await runAll(context, options))
      })
    addJson(command)
    addExamples(command, [
      ['souk demo', 'hash, compress and word-count every file; one peer is killed half-way'],
      ['souk demo --dir ~/notes --keep', 'other files; leave the mesh up to play with'],
    ])
  },
}

async function runAll(context: Context, options: DemoOptions): Promise<number> {
  const { terminal } = context
  const folder = options.dir === undefined ? defaultFolder() : resolve(context.cwd, options.dir)
  const { files, total } = readFiles(folder, parseCount('--limit', options.limit, 1, 10_000))
  const say = (text: string): void => {
    if (!options.json || terminal.errIsTerminal) terminal.err(text)
  }
  const mesh = new DemoMesh(context, options.keep === true)
  const interrupt = new AbortController()
  const onSignal = (): void => interrupt.abort(new CliError('interrupted', { exitCode: exitCodes.interrupted }))
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal)
  let figures: DemoFigures
  try {
    figures = await work(context, mesh, { files, total, folder, say, signal: interrupt.signal })
    if (options.json) terminal.out(JSON.stringify({ folder, files: files.length, ...figures }))
    else terminal.out(demoReport(figures, mesh, terminal.colours))
    if (options.keep) terminal.err(keepText(mesh))
  } catch (error) {
    await mesh.stop().catch((stopError: Error) => terminal.err(`souk: ${stopError.message}`))
    throw error
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal)
  }
  if (!options.keep) {
    await mesh.stop()
    say('everything was stopped and removed; nothing is left running')
  }
  return verdict(context, figures)
}

interface Work {
  files: ReturnType<typeof readFiles>['files']
  total: number
  folder: string
  say(text: string): void
  signal: AbortSignal
}

async function work(
  context: Context,
  mesh: DemoMesh,
  { files, total, folder, say, signal }: Work,
): Promise<DemoFigures> {
  const began = performance.now()
  const client = await mesh.start(signal)
  try {
    const offers = mesh.peers.map((peer) => `${peer.name} (${peer.report.offer.slots} slots)`).join(', ')
    say(`three peers are up after ${((performance.now() - began) / 1000).toFixed(1)} s: ${offers}`)
    say(`watch it in a browser: ${mesh.peers[0]?.report.console}`)
    const some = files.length < total ? ` (the first ${files.length} of ${total}; --limit takes more)` : ''
    say(
      `submitting to ${mesh.peers[0]?.name}: ${files.length} files of ${folder}${some}, a command and a function each`,
    )
    const bar = context.terminal.errIsTerminal ? await progressBar(files.length * 2, 'tasks') : noProgress(say)
    try {
      return await runDemo({
        client,
        mesh,
        files,
        signal,
        onProgress: (done, failed) => bar.update(done, failed),
        say: (text) => bar.log(text),
      })
    } finally {
      bar.stop()
    }
  } finally {
    await client.close()
  }
}

function verdict(context: Context, figures: DemoFigures): number {
  if (figures.different.length > 0) {
    context.terminal.err(
      `souk: ${figures.different.length} results differ from the same work done here: ${figures.different.slice(0, 5).join(', ')}`,
    )
    return exitCodes.failed
  }
  return figures.succeeded === figures.tasks ? exitCodes.ok : exitCodes.failed
}

function keepText(mesh: DemoMesh): string {
  const alive = mesh.peers.filter((peer) => !peer.killed)
  const first = alive[0]?.data
  return `
the mesh stays up (${alive.map((peer) => peer.name).join(', ')}):
  souk peers --data ${first}
  souk run --data ${first} -- echo hello
  souk console --data ${first}
stop it:
${alive.map((peer) => `  souk down --data ${peer.data}`).join('\n')}
  rm -r ${mesh.root}`
}
