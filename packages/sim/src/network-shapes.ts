import type { NetworkShape } from './network.ts'

/** A quiet rack. */
export const calmNetwork: NetworkShape = {
  latencyMsMedian: 0.3,
  latencySigma: 0.4,
  spikeChance: 0,
  spikeFactor: 1,
  reliable: true,
  lossChance: 0,
  duplicateChance: 0,
  reorderChance: 0,
  reorderMsMax: 0,
  retransmitMs: [200, 400],
  connectMs: [5, 200],
  closeAfterMs: 2000,
  noticeMs: [1, 20],
  noticeQuietMs: [2000, 5000],
  gossipHops: [1, 4],
  gossipLossChance: 0,
}

/** Frames are lost, doubled and overtake each other. */
export const lossyNetwork: NetworkShape = {
  ...calmNetwork,
  latencyMsMedian: 2,
  latencySigma: 0.8,
  spikeChance: 0.01,
  spikeFactor: 50,
  reliable: false,
  lossChance: 0.02,
  duplicateChance: 0.01,
  reorderChance: 0.05,
  reorderMsMax: 50,
  gossipLossChance: 0.1,
}

/** Between racks: a little slower, next to nothing is lost. */
export const wideNetwork: NetworkShape = { ...calmNetwork, latencyMsMedian: 1, latencySigma: 0.6, lossChance: 0.001 }
