import { randomBytes } from 'node:crypto'
import type { LinkLine } from '@souk/client'
import { ControlServer } from '@souk/control'
import { FunctionExecutor, ProcessExecutor } from '@souk/executors'
import { detectInventory, type Inventory, toOffer } from '@souk/inventory'
import { Prng } from '@souk/kernel'
import { defaultConfig, Peer } from '@souk/peer'
import { Driver, type DriverLog, PeerBlobs, type PeerHandle, SystemClock } from '@souk/runtime'
import { FileBlobs, LmdbRecords, SelfStore } from '@souk/store-lmdb'
import { Libp2pTransport, type LinkReport, MeshCredentials } from '@souk/transport-libp2p'
import type { Offer } from '@souk/wire'
import { apiTokens } from './api-tokens.ts'
import type { DataFolder } from './data-folder.ts'
import { InvitationDesk } from './invitation-desk.ts'
import { KnownPeers } from './known-peers.ts'
import { type Member, readMember } from './member.ts'
import type { PeerSettings } from './peer-options.ts'
import { version } from './version.ts'

export interface ComposeOptions {
  folder: DataFolder
  settings: PeerSettings
  /** multiaddrs to listen on */
  listen: string[]
  /** the environment that tasks start from */
  environment: Record<string, string>
  log: DriverLog
  /** a client asked this peer to stop */
  onStop(): void
  signal: AbortSignal
}

/** A peer that runs in this process. */
export interface RunningPeer {
  member: Member
  offer: Offer
  inventory: Inventory
  driver: Driver
  control: ControlServer
  /** the token of the local API */
  token: string
  desk: InvitationDesk
  addresses(): string[]
  links(): LinkReport[]
  stop(signal: AbortSignal): Promise<void>
}

/** Joins all the parts into a running peer. Undoes what it has begun where one of them fails. */
export async function composePeer(options: ComposeOptions): Promise<RunningPeer> {
  const { diskBytesMax } = options.settings
  const records = new LmdbRecords({
    folder: options.folder.path,
    ...(diskBytesMax === undefined ? {} : { recordBytesMax: diskBytesMax }),
  })
  await records.open()
  try {
    return await composeOn(records, options)
  } catch (error) {
    await records.close()
    throw error
  }
}

async function composeOn(records: LmdbRecords, options: ComposeOptions): Promise<RunningPeer> {
  const { folder, settings, signal, log } = options
  const member = await readMember(folder, records, { meshName: settings.meshName ?? 'home', name: settings.name })
  const { identity, mesh, certificate } = member
  const inventory = await detectInventory(folder.path, signal)
  const incarnation = await new SelfStore(records).nextIncarnation()
  const credentials = new MeshCredentials({ identity, mesh, certificate })
  const blobs = new FileBlobs({
    folder: folder.path,
    ...(settings.diskBytesMax === undefined ? {} : { blobBytesMax: settings.diskBytesMax }),
  })
  const desk = new InvitationDesk({ records, self: identity.peer, mesh, addresses: () => transport.addresses() })
  const transport = new Libp2pTransport({
    identity,
    mesh,
    incarnation,
    credentials,
    blobs,
    listen: options.listen,
    announce: settings.announce,
    mdns: settings.mdns,
    onJoin: (application) => desk.onJoin(application),
  })
  const blobAccess = new PeerBlobs({ blobs, transport })
  const { processes, functions } = makeExecutors(options, identity.peer, blobAccess)
  const driver = new Driver({
    peer: new Peer(defaultConfig(), { self: identity.peer, prng: new Prng(randomBytes(16).toString('hex'), 'peer') }),
    clock: new SystemClock(),
    transport,
    records,
    executors: [processes, functions],
    credentials,
    log,
  })
  let offer = toOffer(inventory, {
    offer: settings.offer,
    labels: settings.labels,
    executors: settings.allow,
    name: certificate.name,
    custody: settings.custody,
  })
  functions.onFunctionsChanged((names) => {
    offer = { ...offer, functions: names }
    driver.input({ type: 'offer', offer })
  })
  const known = new KnownPeers(folder, transport)
  const { tokens, token } = apiTokens(mesh)
  const control = new ControlServer({
    handle: named(driver, mesh.name),
    blobs,
    readBlob: (blob, from, blobSignal) => blobAccess.read(blob, from, blobSignal),
    agents: functions.agents,
    tokens,
    info: { version, addresses: () => transport.addresses(), links: () => transport.report().map(linkOf) },
    log,
    onStop: options.onStop,
    invite: (body) => desk.invite(body),
  })
  await driver.start({ incarnation, offer: () => offer }, signal)
  known.start([...member.addresses, ...settings.staticPeers], signal)
  return {
    member,
    get offer() {
      return offer
    },
    inventory,
    driver,
    control,
    token,
    desk,
    addresses: () => transport.addresses(),
    links: () => transport.report(),
    stop: async (stopSignal) => {
      await control.stop()
      known.stop()
      await driver.stop(stopSignal)
    },
  }
}

function makeExecutors(
  { folder, settings, environment }: ComposeOptions,
  self: string,
  blobs: PeerBlobs,
): { processes: ProcessExecutor; functions: FunctionExecutor } {
  const shared = { self, hostName: settings.name, dataFolder: folder.path, blobs, environment }
  return {
    processes: new ProcessExecutor({ ...shared, allowed: settings.allow.includes('process') }),
    functions: new FunctionExecutor({
      ...shared,
      allowed: settings.allow.includes('function'),
      modules: settings.functions,
    }),
  }
}

/** A link as the API shows it. */
function linkOf(link: LinkReport): Omit<LinkLine, 'name'> {
  const { peer, addresses, dialled, connected, failures, lastError } = link
  return {
    id: peer,
    addresses,
    discovered: link.discovered || addresses.length > 0,
    dialled,
    connected,
    authenticated: link.streamOpen && link.certificateOk,
    subscribed: link.gossipSubscribed,
    failures,
    ...(lastError === undefined ? {} : { lastError }),
  }
}

/** The peer under the name that people gave its mesh, with the driver's counters. */
function named(driver: Driver, meshName: string): PeerHandle {
  return {
    self: driver.self,
    attach: (listener) => driver.attach(listener),
    detach: (client) => driver.detach(client),
    input: (input) => driver.input(input),
    trace: (listener) => driver.trace(listener),
    snapshot: () => ({ ...(driver.snapshot() as object), mesh: meshName }),
  }
}
