import type { Outcome, SoukClient, Task } from '@souk/client'
import { parseCount } from '../amounts.ts'
import { CliError, messageOf } from '../cli-error.ts'
import { addExamples, addJson, addPeerChoice, type CommandModule, collect } from '../command-module.ts'
import type { Context } from '../context.ts'
import { exitCodeOfMany, exitCodes } from '../exit-codes.ts'
import { Uploads } from '../files-in.ts'
import { bringBack, outputOf } from '../files-out.ts'
import { addNotes } from '../help-notes.ts'
import { interruption } from '../interruption.ts'
import { fillWords, type MapSources, readItems } from '../map-items.ts'
import { itemKey, MapJournal } from '../map-journal.ts'
import { outcomeLine } from '../print/outcome-text.ts'
import { noProgress, type Progress, progressBar } from '../print/progress.ts'
import { type PeerChoice, withSession } from '../session.ts'
import { addTaskOptions, type TaskOptions, taskOf, withFiles } from '../task-options.ts'

interface MapCommandOptions extends TaskOptions, PeerChoice, MapSources {
  resume?: string
  inFlight: string
  json?: boolean
}

export const map: CommandModule = {
  define(command, context, done) {
    addTaskOptions(command)
      .argument('[command...]', 'the command; {} is replaced by the item, or it is appended')
      .passThroughOptions()
      .option('--file <path>', 'items: one a line (default: standard input)')
      .option('--glob <pattern>', 'items: the files that match (repeatable)', collect)
      .option('--resume <file>', 'remember what is done in this file, and do only the rest')
      .option('--in-flight <n>', 'at most so many unfinished tasks at once', '10000')
      .action(async (words: string[], options: MapCommandOptions) => {
        done(await mapAll(context, words, options))
      })
    addJson(addPeerChoice(command))
    addExamples(command, [
      ["seq 100 | souk map -- sh -c 'echo $(({} * {}))'", 'one task a line'],
      ["souk map --glob 'photos/*.png' --in {} --out {}.webp -- cwebp {} -o {}.webp", 'one task a file'],
      ['souk map --file urls.txt --resume done.jsonl --retries 2 -- curl -sf {}', 'go on after a break'],
    ])
    addNotes(
      command,
      'Results come in the order of the items.',
      'Exit code: 0 all ok, 1 some failed, 2 cannot be placed, 3 lost or unknown; 130 after Ctrl-C: what was submitted goes on.',
    )
  },
}

interface Item {
  text: string
  key: string
  task: Task
}

async function mapAll(context: Context, words: string[], options: MapCommandOptions): Promise<number> {
  taskOf(options, words, context.env) // problems of the options show before anything is read or sent
  const texts = readItems(options, context.cwd)
  const inFlightMax = parseCount('--in-flight', options.inFlight, 1, 1_000_000)
  const journal = options.resume === undefined ? undefined : new MapJournal(options.resume)
  return await withSession(context, options, async (client) => {
    const items = await prepare(client, context, texts, words, options)
    const before = items.map((item) => journal?.done(item.key))
    const open = items.flatMap((item, index) => (before[index] === undefined ? [{ item, index }] : []))
    const printer = new OrderedPrinter(client, context, options, await progressFor(context, items.length), items.length)
    for (const [index, outcome] of before.entries()) if (outcome !== undefined) printer.add(index, outcome, true)
    const interrupted = interruption(context)
    try {
      const outcomes = await client.map(
        open,
        ({ item }) => (journal ? { ...item.task, key: journal.idempotencyKey(item.key) } : item.task),
        {
          inFlightMax,
          signal: interrupted.signal,
          onEnd: (outcome, _, { item, index }) => {
            journal?.record(item.key, outcome)
            printer.add(index, outcome, false)
          },
        },
      )
      await printer.finish()
      return exitCodeOfMany(outcomes)
    } catch (error) {
      throw interrupted.signal.aborted ? leftEarly(interrupted.signal.reason, printer.ended, options) : error
    } finally {
      // Whatever happened: without it the terminal keeps no cursor, and breaks no line any more.
      printer.stop()
      interrupted.stop()
    }
  })
}

/** It ends with its reader, and what it has submitted does not. */
function leftEarly(reason: unknown, ended: string, { resume }: MapCommandOptions): CliError {
  return new CliError(`${messageOf(reason)}; ${ended} tasks had ended, the others that were submitted go on`, {
    next: resume === undefined ? 'souk tasks   (souk cancel ID… ends them)' : 'the same command again does the rest',
    exitCode: exitCodes.interrupted,
  })
}

async function progressFor(context: Context, total: number): Promise<Progress> {
  return context.terminal.errIsTerminal ? await progressBar(total, 'tasks') : noProgress(context.terminal.out)
}

/** Every item's task with its files; each file's content is sent once. */
async function prepare(
  client: SoukClient,
  context: Context,
  texts: readonly string[],
  words: readonly string[],
  options: MapCommandOptions,
): Promise<Item[]> {
  const uploads = new Uploads(client, context.cwd)
  const module = options.module === undefined ? undefined : (await uploads.carry('--module', [options.module]))[0]
  const seen = new Map<string, number>()
  const items: Item[] = []
  for (const text of texts) {
    const filled = fillWords(words, text)
    const inputs = await uploads.carry(
      '--in',
      (options.in ?? []).map((path) => path.replaceAll('{}', text)),
    )
    const outputs = (options.out ?? []).map((path) => path.replaceAll('{}', text))
    const content = JSON.stringify(filled)
    const occurrence = seen.get(content) ?? 0
    seen.set(content, occurrence + 1)
    items.push({
      text,
      key: itemKey(
        filled,
        inputs.map((input) => input.hash),
        occurrence,
      ),
      task: withFiles(taskOf(options, filled, context.env), inputs, outputs, module),
    })
  }
  return items
}

/** Prints outcomes in the order of the items, however they come. */
class OrderedPrinter {
  readonly #client: SoukClient
  readonly #context: Context
  readonly #options: MapCommandOptions
  readonly #progress: Progress
  readonly #early = new Map<number, { outcome: Outcome; old: boolean }>()
  readonly #total: number
  #next = 0
  #ended = 0
  #failed = 0
  #last: Promise<void> = Promise.resolve()

  constructor(client: SoukClient, context: Context, options: MapCommandOptions, progress: Progress, total: number) {
    this.#client = client
    this.#context = context
    this.#options = options
    this.#progress = progress
    this.#total = total
  }

  add(index: number, outcome: Outcome, old: boolean): void {
    this.#early.set(index, { outcome, old })
    this.#ended++
    if (outcome.kind !== 'succeeded') this.#failed++
    this.#progress.update(this.#ended, this.#failed)
    for (let ready = this.#early.get(this.#next); ready !== undefined; ready = this.#early.get(this.#next)) {
      const { outcome: printed, old: wasOld } = ready
      const at = this.#next
      this.#early.delete(this.#next++)
      this.#last = this.#last.then(() => this.#print(at, printed, wasOld))
    }
  }

  /** '3 of 10' */
  get ended(): string {
    return `${this.#ended} of ${this.#total}`
  }

  stop(): void {
    this.#progress.stop()
  }

  async finish(): Promise<void> {
    await this.#last
    this.stop()
    if (this.#failed > 0) this.#context.terminal.err(`souk: ${this.#failed} of ${this.#total} tasks did not succeed`)
  }

  async #print(index: number, outcome: Outcome, old: boolean): Promise<void> {
    const { terminal, cwd } = this.#context
    if (outcome.files.length > 0 && !old) await bringBack(this.#client, outcome, cwd)
    if (this.#options.json) return this.#progress.log(JSON.stringify({ index, ...outcome }))
    if (outcome.value !== undefined) this.#progress.log(JSON.stringify(outcome.value))
    else await this.#printOutput(outcome)
    if (outcome.kind !== 'succeeded')
      terminal.err(`souk: item ${index + 1}: ${outcomeLine(outcome, undefined, terminal.errColours)}`)
  }

  async #printOutput(outcome: Outcome): Promise<void> {
    const { terminal } = this.#context
    const [stdout, stderr] = await Promise.all([
      outputOf(this.#client, outcome, 'stdout'),
      outputOf(this.#client, outcome, 'stderr'),
    ])
    // Above a bar only whole lines can be printed; elsewhere the bytes go through as they are.
    if (terminal.errIsTerminal && terminal.outIsTerminal) {
      if (stdout.length > 0) this.#progress.log(Buffer.from(stdout).toString())
    } else terminal.raw('stdout', stdout)
    if (stderr.length > 0) terminal.raw('stderr', stderr)
  }
}
