import type { SoukClient } from '@souk/client'
import { countText } from '../print/amount-text.ts'
import { BegunRuns } from './begun-runs.ts'
import type { DemoMesh, DemoPeer } from './demo-mesh.ts'

interface KillerOptions {
  client: SoukClient
  mesh: DemoMesh
  /** to be submitted in all, and the commands among them */
  tasks: number
  commands: number
  say(text: string): void
  signal: AbortSignal
}

/** One that may be killed. */
interface Candidate {
  peer: DemoPeer
  begun: BegunRuns
}

const atHost = ['offered', 'queued', 'running']
/** What a peer had said before it was frozen arrives within two of these. */
const settleMs = 50
/** A run begins before whoever gave the task has heard that it was taken: by then it has (a slow disk apart). */
const takenMs = 20
const lookMs = 5

/** Kills a peer that is not the first while it runs something, once half of the commands have ended. */
export class HalfWayKiller {
  readonly #options: KillerOptions
  readonly #candidates: readonly Candidate[]
  readonly #closing = new AbortController()
  readonly #signal: AbortSignal
  #ended = 0
  #commandsEnded = 0
  readonly killed: Promise<DemoPeer>
  #settle: (victim: Promise<DemoPeer>) => void = () => {}

  /** To be closed. */
  constructor(options: KillerOptions) {
    const { mesh } = options
    this.#options = options
    this.#signal = AbortSignal.any([options.signal, this.#closing.signal])
    this.#candidates = mesh.peers.slice(1).map((peer) => ({ peer, begun: new BegunRuns(mesh.connect(peer)) }))
    this.killed = new Promise((resolve) => {
      this.#settle = resolve
    })
    this.killed.catch(() => {})
  }

  /** Nobody is killed from now on; `killed` rejects, if it is still open. */
  async close(): Promise<void> {
    this.#closing.abort()
    await Promise.all(this.#candidates.map(({ begun }) => begun.close()))
  }

  /** A task has ended; a command, or else a function. */
  onEnd(isCommand: boolean): void {
    this.#ended++
    if (!isCommand) return
    this.#commandsEnded++
    if (this.#commandsEnded === Math.ceil(this.#options.commands / 2)) this.#settle(this.#kill())
  }

  async #kill(): Promise<DemoPeer> {
    const { mesh } = this.#options
    for (;;) {
      this.#signal.throwIfAborted()
      const { peer, runs } = await this.#busiest()
      // Frozen it ends nothing any more: whatever the first peer then still knows to be there has to be run again.
      mesh.freeze(peer)
      try {
        if (await this.#killStuck(peer, runs)) return peer
      } finally {
        // A frozen peer could not be stopped either.
        if (!peer.killed) mesh.thaw(peer)
      }
    }
  }

  get #isOver(): boolean {
    return this.#ended === this.#options.tasks
  }

  /** Looked at before any is frozen: each frozen for nothing costs a tenth of a second, and there may be no more. */
  async #busiest(): Promise<{ peer: DemoPeer; runs: ReadonlySet<string> }> {
    for (;;) {
      this.#signal.throwIfAborted()
      const seen = this.#candidates.map(({ peer, begun }) => ({ peer, runs: begun.since(takenMs) }))
      const busiest = seen.toSorted((a, b) => b.runs.size - a.runs.size)[0]!
      if (busiest.runs.size > 0 || this.#isOver) return busiest
      await new Promise((resolve) => setTimeout(resolve, lookMs))
    }
  }

  /** False: what ran there has ended, and others have work left. */
  async #killStuck(peer: DemoPeer, runs: ReadonlySet<string>): Promise<boolean> {
    const { mesh, commands, say } = this.#options
    // What was awarded to it too late to be taken is there as well, but has not begun.
    const stuck = (await this.#stuckAt(peer)).filter((task) => runs.has(task)).length
    if (stuck === 0 && !this.#isOver) return false
    await mesh.kill(peer)
    const ran = countText(stuck, 'task')
    say(`killed ${peer.name} (SIGKILL) after ${this.#commandsEnded} of ${commands} commands, while it ran ${ran}`)
    return true
  }

  /** What a frozen peer cannot end: what is still there when its last words have arrived. */
  async #stuckAt(peer: DemoPeer): Promise<string[]> {
    const before = await this.#awardedTo(peer)
    const after = await this.#awardedTo(peer)
    return before.filter((task) => after.includes(task))
  }

  /** Awarded and not ended: that short tasks run is told to no other peer. */
  async #awardedTo({ report }: DemoPeer): Promise<string[]> {
    await new Promise((resolve) => setTimeout(resolve, settleMs))
    const { tasks } = await this.#options.client.tasks({ states: atHost, here: true, limit: 1000 })
    return tasks.filter(({ host }) => host === report.peer).map(({ id }) => id)
  }
}
