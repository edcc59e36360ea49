import { closeSync, openSync, readFileSync } from 'node:fs'
import type { Outcome, SoukClient, Task } from '@souk/client'
import { messageOf, usageError } from '../cli-error.ts'
import { addExamples, addPeerChoice, type CommandModule } from '../command-module.ts'
import type { Context } from '../context.ts'
import { exitCodeOfRun, exitCodes } from '../exit-codes.ts'
import { addNotes } from '../help-notes.ts'
import { shortTask } from '../print/amount-text.ts'
import { type PeerChoice, withSession } from '../session.ts'
import { addKey, addTaskOptions, type TaskOptions, taskOf, withFiles } from '../task-options.ts'

export interface RunOptions extends TaskOptions, PeerChoice {
  stdin?: boolean
  json?: boolean
  quiet?: boolean
}

export const run: CommandModule = {
  define(command, context, done) {
    addKey(addTaskOptions(command))
      .argument('[command...]', 'the command and its arguments; no shell is involved unless you name one')
      .passThroughOptions()
      .option('--stdin', "hand this command's standard input to the task")
      .option('--json', 'print the outcome as JSON instead of streaming')
      .option('-q, --quiet', "nothing but the task's own output")
      .action(async (words: string[], options: RunOptions) => {
        done(await runOne(context, words, options))
      })
    addPeerChoice(command)
    addExamples(command, [
      ['souk run -- echo hello', 'anywhere in the mesh'],
      ['souk run --in data.csv --out sum.txt -- sh -c "wc data.csv > sum.txt"', 'files there and back'],
      [
        'souk run --gpu 1 --or cpu=16 --in render.sh -- ./render.sh',
        'a GPU, or where none is free 16 CPUs: $SOUK_ALTERNATIVE tells',
      ],
      ['souk run --gpu 1 --mem 20G --in train.py -- python3 train.py', 'on a host that has it'],
      [
        'souk run --gpu-model A100,H100 --gpu-memory 40G --in train.py -- python3 train.py',
        'one of these models, with so much memory',
      ],
      [
        'souk run --starts at-most-once --expires 1h --in charge.sh -- ./charge.sh',
        'never twice, and not after an hour',
      ],
      ['souk run --key order-17 --in ship.sh -- ./ship.sh', 'repeat it as often as you like: it is one task'],
      ['souk run --after 3k9x,7fq2 --in merge.sh -- ./merge.sh', 'once both of these tasks have succeeded'],
      [
        `souk run --where 'zone in (a, b) && gpu.model ~ "A100" && !spot' --in train.sh -- ./train.sh`,
        'only on hosts that meet it',
      ],
      ['souk run --label site=attic --timeout 30s -- uptime', 'only where the label is'],
    ])
    addNotes(
      command,
      "Exit code: the task's own; 124 timed out; 125 not placed, lost, cancelled or unknown (the reason is on stderr).",
      'Ctrl-C detaches: the task goes on. A second Ctrl-C cancels it and waits until its process is gone (exit 130).',
    )
  },
}

async function runOne(context: Context, words: string[], options: RunOptions): Promise<number> {
  const task = taskOf(options, words, context.env)
  if (options.stdin) task.stdinBase64 = readStdin()
  return await withSession(context, options, async (client) => {
    const ready = await attachFiles(client, context, task, options)
    const { watchRun } = await import('../watch-run.ts')
    const end = await watchRun(client, context, ready, options)
    if (end === 'interrupted') return exitCodes.interrupted
    await finish(client, context, end, options)
    return exitCodeOfRun(end)
  })
}

/** Uploads --in and --module; the code for it is loaded only when there is something to carry. */
export async function attachFiles(
  client: SoukClient,
  context: Context,
  task: Task,
  options: TaskOptions,
): Promise<Task> {
  if (!options.in && !options.module) return withFiles(task, [], options.out ?? [], undefined)
  const { Uploads } = await import('../files-in.ts')
  const uploads = new Uploads(client, context.cwd)
  const inputs = await uploads.carry('--in', options.in ?? [])
  const module = options.module === undefined ? undefined : (await uploads.carry('--module', [options.module]))[0]
  return withFiles(task, inputs, options.out ?? [], module)
}

function readStdin(): string {
  let fd: number | undefined
  try {
    fd = process.stdin.isTTY ? openSync('/dev/tty', 'r') : 0
    return readFileSync(fd).toString('base64')
  } catch (cause) {
    throw usageError(`--stdin: standard input cannot be read: ${messageOf(cause)}`)
  } finally {
    if (fd !== undefined && fd !== 0) closeSync(fd)
  }
}

async function finish(client: SoukClient, context: Context, outcome: Outcome, options: RunOptions): Promise<void> {
  const { terminal } = context
  if (outcome.files.length > 0) {
    const { bringBack } = await import('../files-out.ts')
    const written = await bringBack(client, outcome, context.cwd)
    if (!options.quiet && terminal.errIsTerminal)
      terminal.err(terminal.errColours.dim(`brought back: ${written.join(', ')}`))
  }
  if (options.out && outcome.kind === 'succeeded' && !options.quiet) {
    const { notBroughtBack } = await import('../files-out.ts')
    for (const path of notBroughtBack(options.out, outcome.files))
      terminal.err(`souk: --out: the task left no ${path} in its folder, so nothing of it came back`)
  }
  if (options.json) terminal.out(JSON.stringify(outcome))
  else if (outcome.value !== undefined) terminal.out(JSON.stringify(outcome.value))
  const failed = outcome.kind !== 'succeeded'
  // A plain exit code says all there is; 'command not found' and the like does not show in the task's own output.
  const byItself = outcome.kind === 'failed' && outcome.code === 'exit' && /^exit code \d+$/.test(outcome.message)
  if ((!failed || byItself) && outcome.droppedBytes === 0 && (options.quiet || !terminal.errIsTerminal)) return
  const [{ droppedLine, outcomeLine }, { fetchPeerNames }] = await Promise.all([
    import('../print/outcome-text.ts'),
    import('../peer-names.ts'),
  ])
  const dropped = droppedLine(outcome)
  if (dropped !== undefined) terminal.err(`souk: ${dropped}`)
  if (options.quiet) return
  const names = await fetchPeerNames(client)
  const host = outcome.host === undefined ? undefined : names(outcome.host)
  const line = outcomeLine(outcome, host, terminal.errColours)
  terminal.err(`${line}${terminal.errIsTerminal ? terminal.errColours.dim('   why: souk explain last') : ''}`)
  if (failed && !byItself) terminal.err(`${terminal.errColours.dim('next:')} souk explain ${shortTask(outcome.task)}`)
}
