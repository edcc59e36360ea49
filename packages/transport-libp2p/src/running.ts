import type { BlobClient } from './blob-client.ts'
import type { BlobServer } from './blob-server.ts'
import type { Node } from './create-node.ts'
import type { Gossip } from './gossip.ts'
import type { JoinServer } from './join-server.ts'
import type { Links } from './links.ts'
import { blobProtocol, joinProtocol, linkProtocol, maxStreams } from './protocols.ts'
import type { Reconnector } from './reconnector.ts'

/** Everything that is up between `start` and `stop`. */
export interface Running {
  node: Node
  links: Links
  gossip: Gossip
  blobClient: BlobClient
  blobServer: BlobServer
  joinServer: JoinServer
  reconnector: Reconnector
  stopping: AbortController
}

/** Answers the protocols of this mesh, and greets whoever connects. */
export async function registerProtocols({ node, links, blobServer, joinServer, stopping }: Running): Promise<void> {
  await node.handle(linkProtocol, (stream, connection) => links.onStream(stream, connection), {
    maxInboundStreams: maxStreams.link,
  })
  await node.handle(blobProtocol, (stream, connection) => void blobServer.onStream(stream, connection), {
    maxInboundStreams: maxStreams.blob,
  })
  await node.handle(joinProtocol, (stream, connection) => void joinServer.onStream(stream, connection), {
    maxInboundStreams: maxStreams.join,
  })
  node.addEventListener('connection:open', ({ detail }) => void links.onConnection(detail, stopping.signal))
}
