import type { PeerInput } from '@souk/peer'
import type { Frame, PeerId, RunResult } from '@souk/wire'
import type { Run } from './executor.ts'
import type { SimNode } from './node.ts'
import type { RunEnd } from './watch.ts'

/** What waits in the world's queue. An event for a node names the life it is meant for. */
export type SimEvent =
  | { kind: 'input'; node: SimNode; life: number; input: PeerInput }
  | { kind: 'frame'; node: SimNode; life: number; from: SimNode; epoch: number; frame: Frame }
  | { kind: 'flushed'; node: SimNode; life: number }
  | { kind: 'linkDown'; node: SimNode; life: number; peer: SimNode; id: PeerId; opened: number }
  /** what a slow node gets to only now */
  | { kind: 'lagged'; node: SimNode; life: number; event: NodeEvent }
  | { kind: 'began'; run: Run }
  | { kind: 'ended'; run: Run; end: RunEnd; result: RunResult }
  | { kind: 'linkUp'; a: SimNode; b: SimNode }
  /** what is rare: faults, clients, the end of a run */
  | { kind: 'call'; call: () => void }

/** An event for one life of one node. */
export type NodeEvent = Extract<SimEvent, { life: number }>
