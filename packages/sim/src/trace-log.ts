import type { PeerInput, Reply, RunOrder, TraceEvent } from '@souk/peer'
import { ballotText, type Frame } from '@souk/wire'
import type { Run } from './executor.ts'
import type { Fault } from './faults/fault.ts'
import type { SimNode } from './node.ts'
import type { RunEnd, Watch } from './watch.ts'

/** Writes a run down, one JSON object a line: what peers thought, what they told each other, what went wrong. */
export class TraceLog implements Watch {
  readonly #write: (line: string) => void
  readonly #frames: boolean

  constructor(write: (line: string) => void, frames: boolean) {
    this.#write = write
    this.#frames = frames
  }

  onFault(fault: Fault, began: boolean, now: number): void {
    this.#line(now, undefined, began ? 'fault.began' : 'fault.ended', { fault })
  }

  onStart(node: SimNode, now: number): void {
    this.#line(now, node, 'node.start', { incarnation: node.incarnation })
  }

  onCrash(node: SimNode, now: number): void {
    this.#line(now, node, 'node.crash', {})
  }

  onSubmit(node: SimNode, { client, tasks }: Extract<PeerInput, { type: 'submit' }>, now: number): void {
    this.#line(now, node, 'client.submit', { client, nonces: tasks.map(({ nonce }) => nonce) })
  }

  onFrame(from: SimNode, to: SimNode, { messages }: Frame, now: number): void {
    if (this.#frames) this.#line(now, from, 'frame', { to: to.id, messages })
  }

  onRun(node: SimNode, { task, ballot, attempt }: RunOrder, now: number): void {
    this.#line(now, node, 'run.order', { task, ballot: ballotText(ballot), attempt })
  }

  onRunEnd(node: SimNode, { order }: Run, end: RunEnd, now: number): void {
    this.#line(now, node, 'run.end', { task: order.task, ballot: ballotText(order.ballot), end })
  }

  onReply(node: SimNode, client: number, reply: Reply, now: number): void {
    this.#line(now, node, 'reply', { client, reply })
  }

  onTrace(node: SimNode, event: TraceEvent, now: number): void {
    this.#line(now, node, event.type, event)
  }

  #line(now: number, node: SimNode | undefined, type: string, fields: object): void {
    this.#write(JSON.stringify({ world: Number(now.toFixed(4)), node: node?.id, type, ...fields }))
  }
}
