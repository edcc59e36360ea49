import type { Message, RunResult, TaskSpec, TaskView } from '@souk/wire'
import { type CustodyConfig, defaultCustodyConfig } from '../src/index.ts'
import { idOf, nonceOf, spec } from './fixtures.ts'
import { Site } from './site.ts'
import { TestMesh } from './test-mesh.ts'

export interface Letter {
  from: string
  to: string
  message: Message
}

/**
 * Several peers with everything that custody has, and a network between them that delivers at once, or loses what a
 * test wants lost. Market is the test: it says where a waiting task goes.
 */
export class Cluster {
  readonly mesh: TestMesh
  readonly config: CustodyConfig
  readonly sites = new Map<string, Site>()
  now = 0
  /** whether a letter is lost; what a peer says to itself never is */
  loses: (letter: Letter) => boolean = () => false
  /** all that was sent, also what was lost */
  readonly letters: Letter[] = []
  readonly #down = new Set<string>()

  /** `keepers` keep custody, `others` do not. */
  constructor(keepers: string[], others: string[] = [], config: Partial<CustodyConfig> = {}) {
    this.config = { ...defaultCustodyConfig, ...config }
    this.mesh = new TestMesh(...keepers)
    this.mesh.size = keepers.length + others.length
    for (const peer of [...keepers, ...others]) this.#start(peer, 1)
  }

  site(peer: string): Site {
    return this.sites.get(peer)!
  }

  /** The custodians of a task in the order of their ranks, as the newest version has them that a living peer keeps. */
  custodians(name: string): string[] {
    const found = this.#up().flatMap(({ custodian }) => custodian.find(idOf(name))?.record ?? [])
    return found.sort((a, b) => b.version - a.version)[0]?.custodians ?? []
  }

  submit(peer: string, name: string, over: Partial<TaskSpec> = {}): string {
    const input = {
      type: 'submit',
      client: 1,
      tag: 1,
      nonce: nonceOf(name),
      drawable: false,
      choosy: false,
      spec: spec(over),
    } as const
    this.site(peer).onSubmit(input, this.now)
    this.settle()
    return idOf(name)
  }

  /** Market's choice: it runs where it waits. */
  keep(peer: string, name: string): void {
    this.site(peer).waiting.delete(idOf(name))
    this.site(peer).onBearer({ type: 'keep', tasks: [idOf(name)], alternative: 0 }, this.now)
    this.settle()
  }

  /** Market's choice: it runs there. */
  handOver(peer: string, name: string, to: string): void {
    const { life } = this.site(to)
    this.site(peer).waiting.delete(idOf(name))
    this.site(peer).onBearer(
      { type: 'handOver', tasks: [idOf(name)], to: { ...life, offeredMs: this.now }, alternates: [] },
      this.now,
    )
    this.settle()
  }

  finish(peer: string, name: string, over: Partial<RunResult> = {}): void {
    this.site(peer).end(name, over, this.now)
    this.settle()
  }

  say(from: string, to: string, message: Message): void {
    this.#deliver({ from, to, message })
    this.settle()
  }

  /** It is killed: nothing of it is left but its disk. */
  kill(...peers: string[]): void {
    for (const peer of peers) this.#down.add(peer)
  }

  isUp(peer: string): boolean {
    return !this.#down.has(peer)
  }

  restart(peer: string): void {
    const { life } = this.site(peer)
    this.#down.delete(peer)
    this.#start(peer, life.incarnation + 1)
    for (const other of this.#up()) {
      if (other.life.peer === peer) continue
      other.onConnected(this.site(peer).life, this.now)
      this.site(peer).onConnected(other.life, this.now)
    }
    this.settle()
  }

  /** Everything that is on its way arrives, and what is said to it, until nobody has anything to say. */
  settle(): void {
    for (let busy = true; busy; ) {
      busy = false
      for (const site of this.#up()) {
        for (const { to, message } of site.outgoing.splice(0)) {
          busy = true
          this.#deliver({ from: site.life.peer, to, message })
        }
        if (site.write(this.now)) busy = true
      }
    }
  }

  pass(ms: number): void {
    const until = this.now + ms
    for (;;) {
      const due = Math.min(...this.#up().map((site) => site.nextWakeup()))
      if (due > until) break
      this.now = Math.max(this.now, due)
      for (const site of this.#up()) if (site.nextWakeup() <= this.now) site.wake(this.now)
      this.settle()
    }
    this.now = until
  }

  view(peer: string, name: string): TaskView | undefined {
    const before = this.letters.length
    this.say('reader', peer, { t: 'query', ask: 1, task: idOf(name), watch: false })
    const answer = this.letters.slice(before).find(({ to, message }) => to === 'reader' && message.t === 'view')
    return answer?.message.t === 'view' ? answer.message.view : undefined
  }

  /** Where it runs, in the order of the peers' names. */
  runners(name: string): string[] {
    return this.#up().flatMap(({ life, runs }) => (runs.has(idOf(name)) ? [life.peer] : []))
  }

  /** Where it waits to be placed. */
  waiters(name: string): string[] {
    return this.#up().flatMap(({ life, waiting }) => (waiting.has(idOf(name)) ? [life.peer] : []))
  }

  /** Letters of one tag since the beginning, as `from>to`. */
  sent(tag: Message['t']): string[] {
    return this.letters.filter(({ message }) => message.t === tag).map(({ from, to }) => `${from}>${to}`)
  }

  #deliver(letter: Letter): void {
    const { from, to, message } = letter
    this.letters.push(letter)
    if (this.#down.has(to) || (from !== to && this.loses(letter))) return
    const life = this.sites.get(from)?.life ?? { peer: from, incarnation: 1 }
    this.sites.get(to)?.onMessage(life, message, this.now)
  }

  #up(): Site[] {
    return [...this.sites.values()].filter(({ life }) => !this.#down.has(life.peer))
  }

  #start(peer: string, incarnation: number): void {
    const disk = structuredClone(this.sites.get(peer)?.disk ?? new Map<string, unknown>())
    this.sites.set(peer, new Site({ peer, incarnation }, this.config, this.mesh, disk, this.now))
  }
}
