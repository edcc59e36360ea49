import type { SoftwareFacts } from '../other-facts.ts'

export interface Program {
  name: string
  /** what it may be called on PATH; the first one that is there counts */
  commands: readonly string[]
  type: SoftwareFacts['type']
  /** container engines answer on one of these sockets; none: they need no daemon */
  sockets?: readonly string[]
}

const runtime = (name: string, ...commands: string[]): Program => ({ name, commands, type: 'runtime' })
const tool = (name: string): Program => ({ name, commands: [name], type: 'tool' })

/** What tasks are mostly made of. */
export const programs: readonly Program[] = [
  runtime('python', 'python3', 'python'),
  runtime('java', 'java'),
  runtime('dotnet', 'dotnet'),
  runtime('deno', 'deno'),
  runtime('bun', 'bun'),
  runtime('ruby', 'ruby'),
  runtime('perl', 'perl'),
  runtime('php', 'php'),
  runtime('go', 'go'),
  runtime('rust', 'cargo'),
  runtime('R', 'Rscript'),
  runtime('julia', 'julia'),
  { name: 'docker', commands: ['docker'], type: 'container engine', sockets: ['/var/run/docker.sock'] },
  { name: 'podman', commands: ['podman'], type: 'container engine' },
  {
    name: 'containerd',
    commands: ['nerdctl', 'ctr'],
    type: 'container engine',
    sockets: ['/run/containerd/containerd.sock'],
  },
  { name: 'apptainer', commands: ['apptainer', 'singularity'], type: 'container engine' },
  tool('git'),
  tool('ffmpeg'),
  tool('nvcc'),
  tool('gcc'),
  tool('clang'),
]
