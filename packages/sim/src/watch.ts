import type { PeerInput, Reply, RunOrder, TraceEvent, Write } from '@souk/peer'
import type { Frame, TaskId } from '@souk/wire'
import type { Run } from './executor.ts'
import type { Fault, PressureOf } from './faults/fault.ts'
import type { SimNode } from './node.ts'

/** How the process of a run really ended, seen from outside. */
export type RunEnd = 'ended' | 'stopped' | 'crash' | 'guardian'

/**
 * A reader of everything that happens in a world, as it happens: checkers, statistics, the trace file.
 * Nodes are numbers; times are world time in ms. Nothing here may change the world.
 */
export interface Watch {
  onFault?(fault: Fault, began: boolean, now: number): void
  /** its machine was just told what is left on its host; `lacks`: next to nothing of these */
  onReadings?(node: SimNode, lacks: readonly PressureOf[], now: number): void
  onStart?(node: SimNode, now: number): void
  onCrash?(node: SimNode, now: number): void
  /** another peer has this host now: what the old one had is gone */
  onRenew?(node: SimNode, now: number): void
  /** a liar made up batons of this task */
  onForged?(task: TaskId, now: number): void
  /** these are on its disk now */
  onWritten?(node: SimNode, writes: readonly Write[], now: number): void
  /** once a virtual second after the faults are over; `connected`: a connection stands and both hosts hold it */
  onCalm?(nodes: readonly SimNode[], connected: (a: SimNode, b: SimNode) => boolean, now: number): void
  onSubmit?(node: SimNode, submit: Extract<PeerInput, { type: 'submit' }>, now: number): void
  onFrame?(from: SimNode, to: SimNode, frame: Frame, now: number): void
  /** a run effect left the machine */
  onRun?(node: SimNode, order: RunOrder, now: number): void
  /** its process is gone */
  onRunEnd?(node: SimNode, run: Run, end: RunEnd, now: number): void
  onReply?(node: SimNode, client: number, reply: Reply, now: number): void
  onTrace?(node: SimNode, event: TraceEvent, now: number): void
  /** the run is over; `open`: accepted tasks of which no client heard an outcome */
  onEnd?(nodes: readonly SimNode[], open: readonly TaskId[], now: number): void
}

type Method = keyof Watch
type Listeners = { [M in Method]-?: Watch[] }

/** Calls many watches as one, and only those that listen. */
export class Watches {
  readonly #listeners: Listeners

  constructor(watches: readonly Watch[]) {
    const that = (method: Method) => watches.filter((watch) => watch[method] !== undefined)
    this.#listeners = {
      onFault: that('onFault'),
      onReadings: that('onReadings'),
      onStart: that('onStart'),
      onCrash: that('onCrash'),
      onRenew: that('onRenew'),
      onForged: that('onForged'),
      onWritten: that('onWritten'),
      onCalm: that('onCalm'),
      onSubmit: that('onSubmit'),
      onFrame: that('onFrame'),
      onRun: that('onRun'),
      onRunEnd: that('onRunEnd'),
      onReply: that('onReply'),
      onTrace: that('onTrace'),
      onEnd: that('onEnd'),
    }
  }

  tell<M extends Method>(method: M, ...args: Parameters<Required<Watch>[M]>): void {
    for (const watch of this.#listeners[method]) {
      const call = watch[method] as (...args: Parameters<Required<Watch>[M]>) => void
      call.apply(watch, args)
    }
  }
}
