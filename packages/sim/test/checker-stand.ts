import { emptyRequest, Prng } from '@souk/kernel'
import type { RunOrder, Write } from '@souk/peer'
import type { Accepted, Ballot, Baton, Frame, Message, Outcome, TaskRecord } from '@souk/wire'
import { Checkers } from '../src/checkers/checkers.ts'
import { Executor } from '../src/executor.ts'
import { offerOf } from '../src/hosts.ts'
import { SimNode } from '../src/node.ts'
import { profileOf } from '../src/profiles.ts'
import { Violations } from '../src/violation.ts'
import { Workload } from '../src/workload.ts'

const workload = new Workload(profileOf('calm')!.workload, 1, new Prng(1))
/** A first version: what names its custodians does not matter here. */
export const version = 2 ** 32
export const ballot = (counter: number, peer = 'peer-0000'): Ballot => ({ counter, peer, incarnation: 1 })

export const outcome: Outcome = {
  kind: 'succeeded',
  code: 'exit',
  message: '',
  ballot: ballot(1),
  attempts: [],
  endedWallMs: 0,
}

export let violations: Violations
export let checkers: Checkers
export let a: SimNode
export let b: SimNode
export let roster: Map<string, Map<string, string>>

export function setUp(): void {
  violations = new Violations()
  roster = new Map()
  const subject = { makePeer: () => never(), rosterOf: (snapshot: unknown) => roster.get(snapshot as string)! }
  checkers = new Checkers(violations, subject, { faultless: true, widestSlots: 1 })
  const hosts = { slots: [2], cpuMilliPerSlot: 1000, memoryBytesPerSlot: 2 ** 30 }
  ;[a, b] = [0, 1].map((index) => new SimNode(index, offerOf(hosts, index, new Prng(1)))) as [SimNode, SimNode]
  for (const node of [a, b]) checkers.capacity.onStart(node)
}

export function never(): never {
  throw new Error('no peer is made here')
}

export function recordOf(id: string): TaskRecord {
  const spec = { ...workload.drawTask().spec, request: { ...emptyRequest(), cpuMilli: 1000 } }
  return { id, spec, origin: 'peer-0000', submittedWallMs: 0, custodians: ['peer-0000'], version }
}

export function order(task: string, counter = 1, peer = 'peer-0000'): RunOrder {
  const record = recordOf(task)
  return { task, ballot: ballot(counter, peer), record, alternative: 0, gpuDevices: [], attempt: 1, leased: false }
}

export function run(node: SimNode, runOrder: RunOrder): () => void {
  const process = new Executor().start(node.index, 1, runOrder, 0)!
  for (const checker of [checkers.capacity, checkers.singleRun, checkers.batons, checkers.fences])
    checker.onRun(node, runOrder, 1)
  return () => {
    checkers.capacity.onRunEnd(node, process)
    checkers.singleRun.onRunEnd(node, process)
  }
}

export function frame(...messages: Message[]): Frame {
  const load = { seq: 0, waiting: 0, freeSlots: 0, running: 0, draining: false, saidMs: 0 }
  return { incarnation: 1, load, messages }
}

export function baton(over: Partial<Baton>): Baton {
  const plain = { ballot: ballot(1), incarnation: 1, path: [], alternates: [], bounces: 0, moves: 0, attempts: [] }
  return { record: recordOf('t'), offeredMs: 0, leaseAgeMs: 0, ...plain, ...over }
}

/** Writes as custody makes them. */
export function writesOf(record: TaskRecord, promised: Ballot, accepted?: Accepted): Write[] {
  const vote = { version: record.version, promised, ...(accepted && { accepted }) }
  return [
    { key: `task/${record.id}`, value: record },
    { key: `vote/${record.id}`, value: vote },
  ]
}

export const acceptedOf = (under: Ballot, ended: Outcome = outcome): Accepted => ({
  ballot: under,
  decree: { kind: 'outcome', outcome: ended },
})

export function store(node: SimNode, writes: Write[]): void {
  node.disk.persist(1, writes)
  checkers.disks.onWritten(node, writes)
  checkers.configurations.onWritten(node, writes, 1)
  node.disk.begin()
  node.disk.finish()
}

export const found = () => violations.list.map(({ invariant }) => invariant)
