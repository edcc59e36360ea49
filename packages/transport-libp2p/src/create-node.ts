import { type GossipSub, gossipsub } from '@chainsafe/libp2p-gossipsub'
import { type Identify, identify } from '@libp2p/identify'
import type { Libp2p, PeerDiscovery } from '@libp2p/interface'
import { type MulticastDNSComponents, mdns } from '@libp2p/mdns'
import { noise } from '@libp2p/noise'
import { preSharedKey } from '@libp2p/pnet'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { createLibp2p } from 'libp2p'
import type { Identity } from './identity.ts'
import { discoveryTag, type Mesh, networkKeyText } from './mesh.ts'
import { noiseCrypto } from './noise-crypto.ts'
import { advertTopic, maxStreams } from './protocols.ts'
import { defaultTuning, type Tuning } from './tuning.ts'

export type Node = Libp2p<{ identify: Identify; pubsub: GossipSub }>

export interface NodeOptions {
  identity: Identity
  mesh: Pick<Mesh, 'publicKey' | 'psk'>
  /** multiaddrs, e.g. `/ip4/0.0.0.0/tcp/0`; none: dials only */
  listen: string[]
  /** multiaddrs to tell others instead of what is found here (port forwarding) */
  announce?: string[]
  /** find members on the local network */
  mdns: boolean
  tuning?: Tuning
  /** somebody of this mesh was heard of on the local network */
  onDiscovered?: (peer: string, addresses: string[]) => void
  /** true: it is a member no more, and not dialled */
  isRemoved?: (peer: string) => boolean
}

/** A libp2p node, not started: TCP, private network, noise, yamux, identify, gossipsub, and mDNS when asked. */
export async function createNode(options: NodeOptions): Promise<Node> {
  const tuning = options.tuning ?? defaultTuning
  const isRemoved = options.isRemoved ?? (() => false)
  return await createLibp2p({
    start: false,
    privateKey: options.identity.key,
    addresses: { listen: options.listen, announce: options.announce ?? [] },
    transports: [tcp({ maxConnections: tuning.connectionsMax })],
    connectionProtector: preSharedKey({ psk: networkKeyText(options.mesh.psk) }),
    connectionEncrypters: [noise({ crypto: noiseCrypto })],
    streamMuxers: [
      yamux({
        maxInboundStreams: maxStreams.perConnection,
        maxOutboundStreams: maxStreams.perConnection,
        streamOptions: { maxStreamWindowSize: tuning.streamWindowBytesMax },
      }),
    ],
    peerDiscovery: options.mdns ? [discovery(options)] : [],
    // One that dials is let in as far as its hello, and told why it comes no further.
    connectionGater: { denyDialPeer: (peer) => isRemoved(peer.toString()) },
    connectionManager: {
      maxConnections: tuning.connectionsMax,
      inboundConnectionThreshold: tuning.inboundConnectionsPerSecondMax,
      maxIncomingPendingConnections: tuning.inboundPendingMax,
      dialTimeout: tuning.dialMsMax,
      addressDialTimeout: tuning.dialMsMax,
      inboundUpgradeTimeout: tuning.dialMsMax,
      inboundStreamProtocolNegotiationTimeout: tuning.handshakeMsMax,
      outboundStreamProtocolNegotiationTimeout: tuning.handshakeMsMax,
      maxParallelDials: tuning.dialsInParallelMax,
    },
    // Our links carry their own heartbeat; libp2p's monitor would open a stream per peer every 10 s.
    connectionMonitor: { enabled: false },
    services: { identify: identify({ timeout: tuning.handshakeMsMax }), pubsub: gossip(tuning) },
  })
}

/** Listens to mDNS itself: libp2p's `peer:discovery` also tells of peers that merely connected. */
function discovery(options: NodeOptions): (components: MulticastDNSComponents) => PeerDiscovery {
  return (components) => {
    const service = mdns({ serviceTag: discoveryTag(options.mesh) })(components)
    service.addEventListener('peer', ({ detail }) => {
      options.onDiscovered?.(detail.id.toString(), detail.multiaddrs.map(String))
    })
    return service
  }
}

/** Adverts are signed by their author, so gossipsub's own signatures are off: they cost as much as all the rest. */
function gossip(tuning: Tuning) {
  return gossipsub({
    globalSignaturePolicy: 'StrictNoSign',
    allowedTopics: [advertTopic],
    emitSelf: false,
    floodPublish: false,
    fallbackToFloodsub: false,
    doPX: false,
    D: 6,
    Dlo: 4,
    Dhi: 8,
    Dlazy: 3,
    mcacheGossip: 2,
    heartbeatInterval: tuning.gossipHeartbeatMs,
    allowPublishToZeroTopicPeers: true,
    ignoreDuplicatePublishError: true,
    maxInboundDataLength: tuning.advertBytesMax,
    maxOutboundBufferSize: 4 * tuning.advertBytesMax,
    maxTopicBytesPerPeer: 64 * 1024,
    maxInboundStreams: 2,
    maxOutboundStreams: 2,
    // CVE-2026-46679: the defaults let one peer exhaust the heap
    decodeRpcLimits: {
      maxSubscriptions: 32,
      maxMessages: 256,
      maxIhaveMessageIDs: 1000,
      maxIwantMessageIDs: 1000,
      maxIdontwantMessageIDs: 256,
      maxControlMessages: 256,
      maxPeerInfos: 0,
    },
    scoreParams: {
      // A mesh may live on one host: many peers behind one address are no attack once they hold the network key.
      IPColocationFactorWeight: 0,
      topics: { [advertTopic]: topicScore },
    },
  })
}

/** Invalid messages cost; silence does not, for a mesh at rest has nothing to say. */
const topicScore = {
  topicWeight: 1,
  timeInMeshWeight: 0.01,
  timeInMeshQuantum: 1000,
  timeInMeshCap: 100,
  firstMessageDeliveriesWeight: 0.1,
  firstMessageDeliveriesDecay: 0.9,
  firstMessageDeliveriesCap: 50,
  meshMessageDeliveriesWeight: 0,
  meshMessageDeliveriesDecay: 0.9,
  meshMessageDeliveriesCap: 10,
  meshMessageDeliveriesThreshold: 1,
  meshMessageDeliveriesWindow: 10,
  meshMessageDeliveriesActivation: 60_000,
  meshFailurePenaltyWeight: 0,
  meshFailurePenaltyDecay: 0.9,
  invalidMessageDeliveriesWeight: -10,
  invalidMessageDeliveriesDecay: 0.9,
}
