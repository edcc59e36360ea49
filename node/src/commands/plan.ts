import { resolve } from 'node:path'
import { apiLimits } from '@souk/client'
import { parseDurationMs } from '../amounts.ts'
import { usageError } from '../cli-error.ts'
import { addExamples, addJson, addPeerChoice, type CommandModule } from '../command-module.ts'
import { addNotes } from '../help-notes.ts'
import { fetchPeerNames } from '../peer-names.ts'
import { planText } from '../print/plan-text.ts'
import { type PeerChoice, withSession } from '../session.ts'
import { taskComplaint } from '../task-complaint.ts'
import { readTasks } from '../tasks-file.ts'

interface PlanCommandOptions extends PeerChoice {
  assume?: string
  json?: boolean
}

export const plan: CommandModule = {
  define(command, context, done) {
    command
      .argument('<file>', 'tasks as the API takes them: JSON lines or one JSON array (- is standard input)')
      .option('--assume <time>', 'how long tasks run whose class nobody knows (default 1m)')
      .action(async (file: string, options: PlanCommandOptions) => {
        const tasks = readTasks('FILE', file, resolve(context.cwd, file), apiLimits.planTasksMax)
        const assumedMs = options.assume === undefined ? undefined : parseDurationMs('--assume', options.assume)
        if (assumedMs === 0) throw usageError('--assume: it must be more than nothing')
        await withSession(context, options, async (client) => {
          const made = await client.plan(tasks, assumedMs === undefined ? {} : { assumedMs }).catch((error) => {
            throw taskComplaint(error)
          })
          const { out, colours } = context.terminal
          if (options.json) out(JSON.stringify(made))
          else out(planText(made, tasks, await fetchPeerNames(client), colours))
        })
        done(0)
      })
    addJson(addPeerChoice(command))
    addExamples(command, [
      ['souk plan tasks.jsonl', 'where each objective would put them, when they would be done, and at what price'],
      ['echo \'{"argv":["make"],"request":{"cpu":8}}\' | souk plan -', 'of one task: nothing is submitted or reserved'],
      ['souk plan tasks.jsonl --assume 10m', 'for tasks that nobody has run yet'],
    ])
    addNotes(
      command,
      `Quotas and ties (--near, --apart) count. A task starts once those of the file that it waits for have ended;
what it waits for elsewhere counts as ended. Of a gang all members ("gang": {"id", "size", "rank"}) must be in
the file: they get one start.`,
    )
  },
}
