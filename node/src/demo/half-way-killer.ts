import type { SoukClient } from '@souk/client'
import type { DemoMesh, DemoPeer } from './demo-mesh.ts'

interface KillerOptions {
  client: SoukClient
  mesh: DemoMesh
  say(text: string): void
  signal: AbortSignal
}

const atHost = ['offered', 'queued', 'running']
/** What a peer had said before it was frozen arrives within two of these. */
const settleMs = 50
const lookMs = 5

/** Kills a peer that is not the first while it runs something, once half of the commands have ended. */
export class HalfWayKiller {
  readonly #options: KillerOptions
  readonly #total: number
  #ended = 0
  readonly killed: Promise<DemoPeer>
  #settle: (victim: Promise<DemoPeer>) => void = () => {}

  constructor(options: KillerOptions, total: number) {
    this.#options = options
    this.#total = total
    this.killed = new Promise((resolve) => {
      this.#settle = resolve
    })
    this.killed.catch(() => {})
  }

  onEnd(): void {
    this.#ended++
    if (this.#ended === Math.ceil(this.#total / 2)) this.#settle(this.#kill())
  }

  async #kill(): Promise<DemoPeer> {
    const { mesh, signal } = this.#options
    const others = mesh.peers.slice(1)
    for (;;) {
      signal.throwIfAborted()
      const victim = await this.#busiest(others)
      // Frozen it ends nothing any more: whatever the first peer knows to be there then has to be run again.
      mesh.freeze(victim)
      try {
        if (await this.#killStuck(victim)) return victim
      } finally {
        // A frozen peer could not be stopped either.
        if (!victim.killed) mesh.thaw(victim)
      }
    }
  }

  /** Looked at before any is frozen: each frozen for nothing costs a tenth of a second, and there may be no more. */
  async #busiest(others: readonly DemoPeer[]): Promise<DemoPeer> {
    for (;;) {
      this.#options.signal.throwIfAborted()
      const hosts = (await this.#awarded()).map(({ host }) => host)
      const has = ({ report }: DemoPeer): number => hosts.filter((host) => host === report.peer).length
      const victim = others.toSorted((a, b) => has(b) - has(a))[0]!
      if (has(victim) > 0 || this.#ended === this.#total) return victim
      await new Promise((resolve) => setTimeout(resolve, lookMs))
    }
  }

  /** False: it runs nothing, and others have work left. */
  async #killStuck(victim: DemoPeer): Promise<boolean> {
    const { mesh, say } = this.#options
    const running = await this.#stuckAt(victim)
    if (running === 0 && this.#ended < this.#total) return false
    await mesh.kill(victim)
    say(
      `killed ${victim.name} (SIGKILL) after ${this.#ended} of ${this.#total} commands, while it had ${running} of them`,
    )
    return true
  }

  /** How many a frozen peer has for certain: those that are still there when its last words have arrived. */
  async #stuckAt(victim: DemoPeer): Promise<number> {
    const before = await this.#runningAt(victim)
    const after = await this.#runningAt(victim)
    return before.filter((task) => after.includes(task)).length
  }

  async #runningAt({ report }: DemoPeer): Promise<string[]> {
    await new Promise((resolve) => setTimeout(resolve, settleMs))
    return (await this.#awarded()).filter(({ host }) => host === report.peer).map(({ id }) => id)
  }

  /** Awarded and not ended: that short tasks run is told to nobody. */
  async #awarded(): Promise<readonly { id: string; host?: string }[]> {
    return (await this.#options.client.tasks({ states: atHost, here: true, limit: 1000 })).tasks
  }
}
