/** Every bound and timer of the transport, with what breaks when it is wrong. */
export interface Tuning {
  /** open connections; full mesh of 128 peers plus 32 on their way. Too low: members push each other out. */
  connectionsMax: number
  /** peers that we keep streams to; above it the mesh is partial */
  linksMax: number
  /**
   * new connections a second from one address. Too low: a mesh on one host (or behind one NAT) cannot form;
   * too high: a flood costs handshakes (about 1 ms of CPU each).
   */
  inboundConnectionsPerSecondMax: number
  /** inbound handshakes in progress */
  inboundPendingMax: number
  /** one address: TCP, keys, encryption, multiplexer */
  dialMsMax: number
  /** hello and verdict both ways */
  handshakeMsMax: number
  /** what waits for one peer, bytes; above it `send` answers false. Must exceed one frame. */
  sendQueueBytesMax: number
  /** what one write hands to the multiplexer; larger saves little and delays the next peer */
  sendBatchBytesMax: number
  /** received and not yet decoded, bytes, before the stream is paused */
  receiveBufferBytesMax: number
  /**
   * Flow-control window of one stream, bytes. Must stay under the stream's read buffer (4 MiB), which is reset when
   * a paused stream overflows it. A window over the round-trip time is the ceiling of throughput.
   */
  streamWindowBytesMax: number
  /** an empty frame goes out when nothing else did for this long */
  heartbeatMs: number
  /** a link that heard nothing for this long is closed: a cut cable gives no other sign for minutes */
  silenceMsMax: number
  /** frames that do not decode until the stream is closed */
  malformedFramesMax: number
  /** first pause between two dials of a peer that cannot be reached; doubles up to `redialMsMax`, jittered */
  redialMsMin: number
  redialMsMax: number
  /** pause after a peer refused us or was refused (certificate, version): nothing changes within seconds */
  refusedMs: number
  /** how often the loop looks for peers to dial */
  reconnectTickMs: number
  /** gossipsub's upkeep: grafting, pruning, lazy gossip. Its scores are one cost of an idle peer; longer grafts later */
  gossipHeartbeatMs: number
  dialsInParallelMax: number
  /** peers whose addresses are remembered */
  knownPeersMax: number
  /** failed dials until a peer that never proved membership is forgotten */
  strangerFailuresMax: number
  /** per author and second, with a burst of twice as many; the rest is not forwarded */
  advertsPerSecondMax: number
  /** one gossip message, bytes */
  advertBytesMax: number
  /** requests for or with blobs of others that are served here at once; each takes up to a batch of memory */
  blobsInboundMax: number
  /** requests, each on a stream of its own, that we have open with one peer; the next ones wait. Under 16. */
  blobsPerPeerMax: number
  /** transfers that wait for a slot, per peer, at about 1 KiB each. Too low: a batch of tasks with many files fails */
  blobsWaitingMax: number
  /**
   * Bytes of the small blobs (a quarter of it at most, each) that share a request; they are in memory at both sides.
   * Too low: a round trip for every file.
   */
  blobBatchBytesMax: number
  /** A stream that was not used for so long is closed by who opened it; the other side waits for three times as long. */
  blobIdleMsMax: number
  blobChunkBytes: number
  blobBytesMax: number
  /** a transfer without progress for this long fails */
  blobStallMsMax: number
  /** joins in progress */
  joinsMax: number
}

export const defaultTuning: Tuning = {
  connectionsMax: 160,
  linksMax: 128,
  inboundConnectionsPerSecondMax: 32,
  inboundPendingMax: 32,
  dialMsMax: 5_000,
  handshakeMsMax: 5_000,
  sendQueueBytesMax: 8 * 1024 * 1024,
  sendBatchBytesMax: 256 * 1024,
  receiveBufferBytesMax: 512 * 1024,
  streamWindowBytesMax: 1024 * 1024,
  heartbeatMs: 5_000,
  silenceMsMax: 15_000,
  malformedFramesMax: 16,
  redialMsMin: 250,
  redialMsMax: 30_000,
  refusedMs: 60_000,
  reconnectTickMs: 500,
  gossipHeartbeatMs: 2_000,
  dialsInParallelMax: 8,
  knownPeersMax: 4096,
  strangerFailuresMax: 8,
  advertsPerSecondMax: 2,
  advertBytesMax: 256 * 1024,
  blobsInboundMax: 32,
  blobsPerPeerMax: 4,
  blobsWaitingMax: 16_384,
  blobBatchBytesMax: 256 * 1024,
  blobIdleMsMax: 5_000,
  blobChunkBytes: 64 * 1024,
  blobBytesMax: 64 * 1024 ** 3,
  blobStallMsMax: 30_000,
  joinsMax: 8,
}
