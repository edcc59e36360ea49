import { Command } from 'commander'
import { balance } from './balance.ts'
import { console } from './console.ts'
import { custody } from './custody.ts'
import { decision } from './decision.ts'
import { forecast } from './forecast.ts'
import { peers } from './peers.ts'
import { placement } from './placement.ts'
import { prescale } from './prescale.ts'
import { type Bench, NeedsError, toReport, toTable } from './report.ts'
import { response } from './response.ts'
import { trace } from './trace.ts'

const benches: Bench[] = [decision, peers, custody, placement, response, balance, trace, forecast, prescale, console]

const program = new Command('bench')
  .description(
    'Measures, and says what the targets are. Exit 0 when it ran, whatever the figures; 2 when it could not.',
  )
  .argument('<name>', benches.map(({ name, summary }) => `${name}: ${summary}`).join('; '))
  .option('--quick', 'a smaller sample of the same work, within 50 s on two cores')
  .option('--data <dir>', 'where workload files lie, for the benches that read some')
  .option('--json', 'the last line is one JSON object')
  .addHelpText(
    'after',
    '\nExamples:\n  pnpm bench decision --quick\n  pnpm bench peers --json\n  pnpm bench placement --data ../shared/data',
  )
  .action(async (name: string, options: { quick?: boolean; data?: string; json?: boolean }) => {
    const bench = benches.find((candidate) => candidate.name === name) ?? unknown(name)
    const quick = options.quick === true
    const say = (line: string): void => {
      if (!options.json) process.stderr.write(`${line}\n`)
    }
    const report = toReport(bench, quick, await bench.run({ quick, data: options.data, say }))
    process.stdout.write(`${options.json ? JSON.stringify(report) : toTable(report)}\n`)
  })

function unknown(name: string): never {
  return program.error(`bench: no bench is called '${name}'; there are ${benches.map((b) => b.name).join(', ')}`, {
    exitCode: 64,
  })
}

try {
  await program.parseAsync()
} catch (error) {
  if (!(error instanceof NeedsError)) throw error
  process.stderr.write(`bench: ${error.message}\n`)
  process.exitCode = 2
}
