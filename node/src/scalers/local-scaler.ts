import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { connect } from '@souk/client/node'
import { BoundedMap } from '@souk/kernel'
import { type ScaleIntent, scaledLabel } from '@souk/peer'
import { CodedError, type Scaler } from '@souk/runtime'
import { type ApiFile, readJson } from '../data-folder.ts'
import { untilDrained } from '../drain-watch.ts'
import { endProcess, type PeerProcess, type PeerProcessOptions } from '../peer-process.ts'

/** A peer that was told to stop has so long. */
const stopMsMax = 15_000
/** how often it is asked whether it has drained may stretch the time of a try; the rest of it is for the stop */
const drainMsMax = 45_000
/** it may be gone by then */
const undrainMsMax = 5_000
/** peers that have ended and are remembered: an order to end one may come again */
const endedMax = 256

export interface LocalScalerOptions {
  /** below it each peer has a data folder of its own, gone when it has ended */
  folder: string
  /** of the peers, beside where and as whom they start */
  peerArguments: readonly string[]
  /** names of the new peers begin so */
  name: string
  slots: number
  /** the line with which one host can join */
  invite(): Promise<string>
  startPeer(options: PeerProcessOptions): Promise<PeerProcess>
}

/**
 * Further peers as processes of this host. They end with the process that started them. They keep nobody's tasks, so that
 * nothing has to be moved when they go.
 */
export class LocalScaler implements Scaler {
  readonly kind = 'local'
  readonly #options: LocalScalerOptions
  readonly #peers = new Map<string, PeerProcess & { data: string }>()
  readonly #starting = new Map<string, Promise<void>>()
  readonly #ended = new BoundedMap<string, true>(endedMax)
  #tidied = false

  constructor(options: LocalScalerOptions) {
    this.#options = options
  }

  async act({ kind, peerTag }: ScaleIntent, signal: AbortSignal): Promise<void> {
    if (kind === 'shrink') return await this.#end(peerTag, signal)
    // A try that took too long clears away what it has made; the next one would lose its own by that.
    await this.#starting.get(peerTag)?.catch(() => {})
    const starting = this.#start(peerTag, signal).finally(() => this.#starting.delete(peerTag))
    this.#starting.set(peerTag, starting)
    await starting
  }

  async stop(): Promise<void> {
    // Their tries are aborted: they end, or are peers by now.
    await Promise.allSettled(this.#starting.values())
    const peers = [...this.#peers.keys()]
    await Promise.all(peers.map((tag) => this.#remove(tag)))
  }

  async #start(tag: string, signal: AbortSignal): Promise<void> {
    if (this.#peers.has(tag)) return
    const { folder, name, slots, peerArguments, invite, startPeer } = this.#options
    // Peers of an earlier life of this one have ended with it; killed, it could not remove what they had.
    if (!this.#tidied) rmSync(folder, { recursive: true, force: true })
    this.#tidied = true
    const data = join(folder, tag)
    // Good for one peer, and used up when it can be seen in a list of processes.
    const line = await invite()
    const args = ['join', line, '--data', data, '--name', `${name}-${tag.slice(-10)}`.slice(-64)]
    args.push('--offer', `slots=${slots}`, '--label', `${scaledLabel}=${tag}`, '--no-custody', '--no-mdns')
    args.push('--listen', '127.0.0.1:0', '--api-port', '0', ...peerArguments)
    const starting = startPeer({ args, logPath: join(data, 'peer.log'), tied: true, signal })
    const peer = await starting.catch((error: unknown) => {
      rmSync(data, { recursive: true, force: true })
      if (error instanceof Error) error.message += `; ${data}, made for it, is removed again`
      throw error
    })
    this.#peers.set(tag, { ...peer, data })
    peer.exited.then(() => this.#forget(tag, peer.pid))
  }

  async #end(tag: string, signal: AbortSignal): Promise<void> {
    const peer = this.#peers.get(tag)
    if (peer === undefined && this.#ended.has(tag)) return
    if (peer === undefined) throw new CodedError('peer-unknown', `no peer of this host was started as ${tag}`)
    const { url, token } = readJson(join(peer.data, 'api.json')) as ApiFile
    const client = await connect([{ url, token }], { probe: false })
    try {
      await client.drain({ signal })
      const seen = await untilDrained(client, { onChange: () => signal.throwIfAborted(), msMax: drainMsMax })
      if (seen.state !== 'drained')
        throw new CodedError('not-drained', `${tag} still has ${seen.running} running after ${drainMsMax} ms`)
    } catch (error) {
      // One that drains counts as gone already: nobody would end it later, and it would take a place for nothing.
      await client.undrain(AbortSignal.timeout(undrainMsMax)).catch(() => {})
      throw error
    } finally {
      await client.close()
    }
    await this.#remove(tag)
  }

  async #remove(tag: string): Promise<void> {
    const peer = this.#peers.get(tag)
    if (peer === undefined) return
    await endProcess(peer.pid, stopMsMax)
    this.#forget(tag, peer.pid)
  }

  #forget(tag: string, pid: number): void {
    const peer = this.#peers.get(tag)
    if (peer?.pid !== pid) return
    this.#peers.delete(tag)
    this.#ended.push(tag, true)
    rmSync(peer.data, { recursive: true, force: true })
  }
}
