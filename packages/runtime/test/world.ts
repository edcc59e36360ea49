import type { PeerEffect, RunOrder } from '@souk/peer'
import { type Message, plainSpec, type TaskId, type Work } from '@souk/wire'
import { onTestFinished } from 'vitest'
import { Driver, type DriverLog, type LagMeter, PeerBlobs } from '../src/index.ts'
import { ManualClock } from './manual-clock.ts'
import { MemoryBlobs } from './memory-blobs.ts'
import { MemoryHub, type MemoryTransport } from './memory-hub.ts'
import { MemoryRecords } from './memory-records.ts'
import { KeyTable, offer, type ToyCredentials } from './toy-credentials.ts'
import { ToyExecutor } from './toy-executor.ts'
import { ToyPeer } from './toy-peer.ts'

export interface Host {
  driver: Driver
  peer: ToyPeer
  clock: ManualClock
  records: MemoryRecords
  executor: ToyExecutor
  transport: MemoryTransport
  credentials: ToyCredentials
  blobs: MemoryBlobs
  logged: string[]
}

/** Peers on one memory network, each with a driver of its own. */
export class World {
  readonly hub = new MemoryHub()
  readonly keys = new KeyTable()

  /** Made but not started. */
  host(name: string, peer = new ToyPeer(), lag: LagMeter = quiet): Host {
    const credentials = this.keys.member(name)
    const blobs = new MemoryBlobs()
    const transport = this.hub.transport(credentials, blobs)
    const clock = new ManualClock()
    const records = new MemoryRecords()
    const executor = new ToyExecutor()
    const logged: string[] = []
    const log: DriverLog = (level, message) => logged.push(`${level}: ${message}`)
    const executors = [executor]
    const driver = new Driver({
      peer,
      clock,
      transport,
      records,
      executors,
      credentials,
      blobs: { store: blobs, access: new PeerBlobs({ blobs, transport }) },
      log,
      lag,
    })
    onTestFinished(() => driver.stop(AbortSignal.abort()))
    return { driver, peer, clock, records, executor, transport, credentials, blobs, logged }
  }

  async started(name: string, peer = new ToyPeer(), lag: LagMeter = quiet): Promise<Host> {
    const host = this.host(name, peer, lag)
    await start(host)
    return host
  }
}

const quiet: LagMeter = { read: () => 0, stop: () => {} }

export const start = (host: Host) =>
  host.driver.start({ incarnation: 3, offer: () => offer }, new AbortController().signal)

/** One turn of the event loop, what `setImmediate` was asked for included. */
export const turn = () => new Promise<void>((resolve) => setImmediate(resolve))

export const ping = (nonce: number): Message => ({ t: 'ping', nonce, updates: [] })
export const send = (to: string, message: Message): PeerEffect => ({ type: 'send', to, message })

export const ballot = { counter: 1, peer: 'a', incarnation: 1 }

export function runOrder(task: TaskId, work: Work = { kind: 'process', argv: ['true'], env: {} }): RunOrder {
  const spec = plainSpec({ name: 'toy', tenant: 'toy', class: 'toy', work })
  const record = { id: task, spec, origin: 'a', submittedWallMs: 0, custodians: ['a'], version: 1 }
  return { task, ballot, record, alternative: 0, gpuDevices: [], attempt: 1, leased: false }
}
