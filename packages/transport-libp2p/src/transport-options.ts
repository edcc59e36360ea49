import type { BlobStore, Credentials } from '@souk/runtime'
import type { Incarnation } from '@souk/wire'
import type { Identity } from './identity.ts'
import type { OnJoin } from './join-server.ts'
import type { Mesh } from './mesh.ts'
import type { Tuning } from './tuning.ts'

export interface Libp2pTransportOptions {
  identity: Identity
  mesh: Mesh
  /** rises with every start of this peer */
  incarnation: Incarnation
  credentials: Credentials
  blobs: BlobStore
  /** multiaddrs, e.g. `/ip4/0.0.0.0/tcp/4901`; port 0 takes a free one */
  listen: string[]
  /** multiaddrs to tell others instead of what is found here */
  announce?: string[]
  /** find members on the local network */
  mdns: boolean
  /** answers who comes with an invitation; without it this peer takes no joiners */
  onJoin?: OnJoin
  tuning?: Partial<Tuning>
  /** monotonic milliseconds */
  now?: () => number
}
