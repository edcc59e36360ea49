import type { CommandModule } from './command-module.ts'

export interface CatalogueEntry {
  name: string
  /** its arguments, for the overview */
  usage: string
  summary: string
  group: 'hosts' | 'work' | 'tasks' | 'mesh'
  load(): Promise<CommandModule>
}

/** Every command, with how to load it: nothing but the one in use is loaded. */
export const catalogue: readonly CatalogueEntry[] = [
  {
    name: 'up',
    usage: '',
    summary: 'start a peer on this host; makes a mesh when there is none',
    group: 'hosts',
    load: async () => (await import('./commands/up.ts')).up,
  },
  {
    name: 'invite',
    usage: '',
    summary: 'print the line that lets another host join',
    group: 'hosts',
    load: async () => (await import('./commands/invite.ts')).invite,
  },
  {
    name: 'join',
    usage: 'LINE',
    summary: 'join a mesh with an invitation, and start the peer',
    group: 'hosts',
    load: async () => (await import('./commands/join.ts')).join,
  },
  {
    name: 'down',
    usage: '',
    summary: 'stop the peer of this host',
    group: 'hosts',
    load: async () => (await import('./commands/down.ts')).down,
  },
  {
    name: 'drain',
    usage: '',
    summary: 'take nothing new, hand over what waits here, let what runs end',
    group: 'hosts',
    load: async () => (await import('./commands/drain.ts')).drain,
  },
  {
    name: 'undrain',
    usage: '',
    summary: 'take work again',
    group: 'hosts',
    load: async () => (await import('./commands/undrain.ts')).undrain,
  },
  {
    name: 'reset',
    usage: '',
    summary: 'move a damaged or old store aside, to come back as a new peer',
    group: 'hosts',
    load: async () => (await import('./commands/reset.ts')).reset,
  },
  {
    name: 'run',
    usage: '-- CMD…',
    summary: 'run one task and stream its output; exits as the task does',
    group: 'work',
    load: async () => (await import('./commands/run.ts')).run,
  },
  {
    name: 'submit',
    usage: '-- CMD…',
    summary: 'hand a task over and print its id',
    group: 'work',
    load: async () => (await import('./commands/submit.ts')).submit,
  },
  {
    name: 'map',
    usage: '-- CMD… {}',
    summary: 'one task for every line or file; ordered results',
    group: 'work',
    load: async () => (await import('./commands/map.ts')).map,
  },
  {
    name: 'plan',
    usage: 'FILE',
    summary: 'where each objective would put tasks now: start, end, price; nothing is submitted',
    group: 'work',
    load: async () => (await import('./commands/plan.ts')).plan,
  },
  {
    name: 'wait',
    usage: 'ID…',
    summary: 'wait until tasks have ended',
    group: 'tasks',
    load: async () => (await import('./commands/wait.ts')).wait,
  },
  {
    name: 'tasks',
    usage: '',
    summary: 'list tasks of the whole mesh',
    group: 'tasks',
    load: async () => (await import('./commands/tasks.ts')).tasks,
  },
  {
    name: 'history',
    usage: '',
    summary: 'past tasks of the whole mesh: who ran them, how long they waited',
    group: 'tasks',
    load: async () => (await import('./commands/history.ts')).history,
  },
  {
    name: 'logs',
    usage: 'ID',
    summary: 'print what a task has written; -f follows it',
    group: 'tasks',
    load: async () => (await import('./commands/logs.ts')).logs,
  },
  {
    name: 'result',
    usage: 'ID',
    summary: "print a task's result, or fetch its files",
    group: 'tasks',
    load: async () => (await import('./commands/result.ts')).result,
  },
  {
    name: 'cancel',
    usage: 'ID…',
    summary: 'stop tasks for good',
    group: 'tasks',
    load: async () => (await import('./commands/cancel.ts')).cancel,
  },
  {
    name: 'explain',
    usage: 'ID',
    summary: 'why a task is where it is: bids, refusals, timeline',
    group: 'tasks',
    load: async () => (await import('./commands/explain.ts')).explain,
  },
  {
    name: 'status',
    usage: '[ID]',
    summary: 'this peer and its mesh at a glance, or a task: who bears and keeps it',
    group: 'mesh',
    load: async () => (await import('./commands/status.ts')).status,
  },
  {
    name: 'peers',
    usage: '',
    summary: 'who is in the mesh, and what each has',
    group: 'mesh',
    load: async () => (await import('./commands/peers.ts')).peers,
  },
  {
    name: 'analyze',
    usage: '',
    summary: 'what is asked of the mesh: demand, arrivals, waits, who waits for whom',
    group: 'mesh',
    load: async () => (await import('./commands/analyze.ts')).analyze,
  },
  {
    name: 'balance',
    usage: '',
    summary: 'how work is spread, what keeps tasks waiting, whether moving some would help',
    group: 'mesh',
    load: async () => (await import('./commands/balance.ts')).balance,
  },
  {
    name: 'inventory',
    usage: '',
    summary: 'everything this host has and could offer; no peer needs to run',
    group: 'hosts',
    load: async () => (await import('./commands/inventory.ts')).inventory,
  },
  {
    name: 'doctor',
    usage: '',
    summary: 'check this host and the way to every peer; names what fails',
    group: 'mesh',
    load: async () => (await import('./commands/doctor.ts')).doctor,
  },
  {
    name: 'token',
    usage: '',
    summary: 'issue an API token for a client elsewhere',
    group: 'mesh',
    load: async () => (await import('./commands/token.ts')).token,
  },
  {
    name: 'demo',
    usage: '',
    summary: 'three peers on this host do real work while one is killed',
    group: 'mesh',
    load: async () => (await import('./commands/demo.ts')).demo,
  },
]
