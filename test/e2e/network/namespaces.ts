import { execFileSync } from 'node:child_process'

/** How often a run of these tests made a network; several test files may share one process. */
let networks = 0

/**
 * Hosts as network namespaces, joined by bridges that live in a namespace of their own: nothing of it shows in the
 * machine's own network, and removing the namespaces removes all of it. Linux, root and iproute2 are needed.
 */
export class Network {
  /** of the namespace that holds the bridges and one port for each host, named as the host */
  readonly switch: string
  readonly hosts: readonly string[]
  readonly #prefix: string
  readonly #subnet: string

  constructor(hosts: readonly string[]) {
    this.hosts = hosts
    this.#prefix = `souk-${process.pid}-${networks++}`
    this.switch = `${this.#prefix}-switch`
    this.#subnet = `10.${200 + (process.pid % 50)}.${networks % 250}`
  }

  /** Makes all of it, everyone with everyone. What was made is removed where it fails half-way. */
  make(): void {
    try {
      ip(['netns', 'add', this.switch])
      ip(
        ['-n', this.switch, '-batch', '-'],
        sides.flatMap((side) => [`link add ${side} type bridge`, `link set ${side} up`]),
      )
      for (const host of this.hosts) this.#makeHost(host)
    } catch (error) {
      this.remove()
      throw error
    }
  }

  /** Removes what there is of it. Processes in it must have ended before. */
  remove(): void {
    const there = namespaces()
    for (const name of [...this.hosts.map((host) => this.namespace(host)), this.switch]) {
      if (there.includes(name)) ip(['netns', 'delete', name])
    }
  }

  namespace(host: string): string {
    return `${this.#prefix}-${host}`
  }

  address(host: string): string {
    return `${this.#subnet}.${this.hosts.indexOf(host) + 1}`
  }

  /** What stands before a command so that it runs on that host. */
  on(host: string): string[] {
    return ['ip', 'netns', 'exec', this.namespace(host)]
  }

  /** A cable pulled out: to everybody, at once. */
  cut(...hosts: string[]): void {
    this.#batch(hosts.map((host) => `link set ${host} down`))
  }

  /** These on one side, all the others on the other one; each side among itself. Hosts that were cut stay so. */
  split(...hosts: string[]): void {
    this.#batch(this.hosts.map((host) => `link set ${host} master ${sides[hosts.includes(host) ? 1 : 0]}`))
  }

  /** Everyone with everyone again. */
  heal(): void {
    this.#batch(this.hosts.flatMap((host) => [`link set ${host} master ${sides[0]}`, `link set ${host} up`]))
  }

  #makeHost(host: string): void {
    const name = this.namespace(host)
    ip(['netns', 'add', name])
    ip(['link', 'add', host, 'netns', this.switch, 'type', 'veth', 'peer', 'name', 'lan', 'netns', name])
    this.#batch([`link set ${host} master ${sides[0]}`, `link set ${host} up`])
    ip(
      ['-n', name, '-batch', '-'],
      ['link set lo up', `address add ${this.address(host)}/24 dev lan`, 'link set lan up'],
    )
  }

  #batch(lines: string[]): void {
    ip(['-n', this.switch, '-batch', '-'], lines)
  }
}

const sides = ['left', 'right'] as const

/** Why this machine cannot have such networks; undefined: it can. */
export function networkRefusal(): string | undefined {
  if (process.platform !== 'linux') return 'network namespaces need Linux'
  if (process.getuid?.() !== 0) return 'network namespaces need root'
  const probe = new Network(['probe'])
  try {
    probe.make()
    probe.remove()
    return undefined
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    return code === 'ENOENT' ? 'the command ip (iproute2) is not installed' : message.trim()
  }
}

function namespaces(): string[] {
  return ip(['netns', 'list'])
    .split('\n')
    .map((line) => line.split(' ')[0]!)
}

function ip(words: string[], lines: string[] = []): string {
  return execFileSync('ip', words, { input: lines.join('\n'), encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'] })
}
