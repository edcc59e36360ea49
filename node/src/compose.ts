import { randomBytes } from 'node:crypto'
import type { LinkLine } from '@souk/client'
import { ControlServer } from '@souk/control'
import { defaultTaskLimits, FunctionExecutor, ProcessExecutor } from '@souk/executors'
import { cgroupHierarchies, detectInventory, type Inventory, toOffer } from '@souk/inventory'
import { Prng } from '@souk/kernel'
import { defaultConfig, Peer, type PeerConfig } from '@souk/peer'
import { Driver, type DriverLog, PeerBlobs, type PeerHandle, StoreBehindError, SystemClock } from '@souk/runtime'
import { FileBlobs, LmdbRecords, SelfStore } from '@souk/store-lmdb'
import { Libp2pTransport, type LinkReport, MeshCredentials } from '@souk/transport-libp2p'
import type { Certificate, Offer } from '@souk/wire'
import { apiTokens } from './api-tokens.ts'
import type { DataFolder } from './data-folder.ts'
import { HostWatch } from './host-watch.ts'
import { InvitationDesk } from './invitation-desk.ts'
import { KnownPeers } from './known-peers.ts'
import { type Member, readMember } from './member.ts'
import type { PeerSettings } from './peer-options.ts'
import { readThroughput } from './throughput-file.ts'
import { UsageRecorder } from './usage-recorder.ts'
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
  offer(): Offer
  inventory: Inventory
  /** rejects when the peer broke one of its own rules: it must be stopped then */
  failed: Promise<never>
  control: ControlServer
  /** the token of the local API */
  token: string
  desk: InvitationDesk
  addresses(): string[]
  trace: Driver['trace']
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
  // A joiner is answered once the peer has started.
  const base = await makeBase(records, options, () => peer.introductions())
  const { member, incarnation, credentials, inventory, transport, blobAccess } = base
  const self = member.identity.peer
  let offer = toOffer(inventory, {
    offer: settings.offer,
    labels: settings.labels,
    executors: settings.allow,
    name: member.certificate.name,
    custody: settings.custody,
  })
  const { processes, functions } = makeExecutors(options, self, blobAccess, offer.capacity.slots)
  const peer = new Peer(configOf(settings), { self, prng: new Prng(randomBytes(16).toString('hex'), 'peer') })
  const driver = new Driver({
    peer,
    clock: new SystemClock(),
    transport,
    records,
    executors: [processes, functions],
    credentials,
    blobs: { store: base.blobs, access: blobAccess },
    log,
  })
  functions.onFunctionsChanged((names) => {
    offer = { ...offer, functions: names }
    driver.input({ type: 'offer', offer })
  })
  const known = new KnownPeers(folder, transport)
  const watch = makeWatch(records, base, options)
  const { control, token } = makeControl(options, base, driver, { processes, functions, watch })
  // Before the records close: a later start would count its life on, and nobody would see any more that it is behind.
  let marking: Promise<void> | undefined
  driver.failed.catch((error: unknown) => {
    if (error instanceof StoreBehindError) marking = new SelfStore(records).markBehind(error)
    marking?.catch((cause: unknown) => log('error', 'the store could not be marked as an old copy', { error: cause }))
  })
  await driver.start({ incarnation, offer: () => offer }, signal)
  log('info', 'limits of commands', { ...processes.limitsInForce })
  known.start([...member.addresses, ...settings.staticPeers], signal)
  watch.start()
  return {
    member,
    offer: () => offer,
    inventory,
    failed: driver.failed,
    control,
    token,
    desk: base.desk,
    addresses: () => transport.addresses(),
    trace: (listener) => driver.trace(listener),
    stop: async (stopSignal) => {
      await control.stop()
      known.stop()
      await watch.stop()
      await marking?.catch(() => {})
      await driver.stop(stopSignal)
    },
  }
}

/** Threads for functions, whatever the slots: each costs about 13 MB once it is used. */
const functionThreadsMax = 32

/** What the rest is built on: who this peer is, where it keeps things, and how it reaches others. */
interface Base {
  member: Member
  incarnation: number
  credentials: MeshCredentials
  inventory: Inventory
  blobs: FileBlobs
  blobAccess: PeerBlobs
  transport: Libp2pTransport
  desk: InvitationDesk
}

async function makeBase(
  records: LmdbRecords,
  options: ComposeOptions,
  members: () => readonly Certificate[],
): Promise<Base> {
  const { folder, settings, listen, signal } = options
  const member = await readMember(folder, records, { meshName: settings.meshName ?? 'home', name: settings.name })
  const { identity, mesh, certificate } = member
  const inventory = await lookAtHost(options, signal)
  const incarnation = await new SelfStore(records).nextIncarnation()
  const credentials = new MeshCredentials({ identity, mesh, certificate })
  const { diskBytesMax } = settings
  const blobs = new FileBlobs({
    folder: folder.path,
    ...(diskBytesMax === undefined ? {} : { blobBytesMax: diskBytesMax }),
  })
  const addresses = () => transport.addresses()
  const desk = new InvitationDesk({ records, self: identity.peer, mesh, addresses, members })
  const transport = new Libp2pTransport({
    identity,
    mesh,
    incarnation,
    credentials,
    blobs,
    listen,
    announce: settings.announce,
    mdns: settings.mdns,
    onJoin: (application) => desk.onJoin(application),
  })
  const blobAccess = new PeerBlobs({ blobs, transport })
  return { member, incarnation, credentials, inventory, blobs, blobAccess, transport, desk }
}

function makeControl(
  { log, onStop }: ComposeOptions,
  { member, blobs, blobAccess, transport, desk }: Base,
  driver: Driver,
  { processes, functions, watch }: { processes: ProcessExecutor; functions: FunctionExecutor; watch: HostWatch },
): { control: ControlServer; token: string } {
  const { tokens, token } = apiTokens(member.mesh)
  const control = new ControlServer({
    handle: named(driver, member.mesh.name),
    blobs,
    readBlob: (blob, from, signal) => blobAccess.read(blob, from, signal),
    agents: functions.agents,
    tokens,
    info: {
      version,
      addresses: () => transport.addresses(),
      links: () => transport.report().map(linkOf),
      host: () => watch.view(),
      limits: () => processes.limitsInForce,
    },
    log,
    onStop,
    invite: (body) => desk.invite(body),
  })
  return { control, token }
}

/** The defaults of the protocol, with what the owner of this peer declares. */
function configOf({ objectives, tenants }: PeerSettings): PeerConfig {
  const config = defaultConfig()
  const { weights: tenantWeights, quotas, waitingMax: tenantWaitingMax } = tenants
  return {
    ...config,
    market: { ...config.market, objectives, tenantWeights, tenantWaitingMax },
    host: { ...config.host, tenantWeights, quotas },
  }
}

function makeWatch(records: LmdbRecords, { inventory }: Base, options: ComposeOptions): HostWatch {
  return new HostWatch({
    folder: options.folder,
    inventory,
    look: (signal) => lookAtHost(options, signal),
    recorder: new UsageRecorder(records, inventory),
    log: options.log,
  })
}

function lookAtHost({ folder, settings, environment }: ComposeOptions, signal: AbortSignal): Promise<Inventory> {
  const { declared } = settings
  return detectInventory(
    { folder: folder.path, path: environment.PATH ?? '', declared, throughput: readThroughput(folder) },
    signal,
  )
}

function makeExecutors(
  { folder, settings, environment }: ComposeOptions,
  self: string,
  blobs: PeerBlobs,
  slots: number,
): { processes: ProcessExecutor; functions: FunctionExecutor } {
  const shared = { self, hostName: settings.name, dataFolder: folder.path, blobs, environment }
  return {
    processes: new ProcessExecutor({
      ...shared,
      allowed: settings.allow.includes('process'),
      cgroups: cgroupHierarchies(),
      limits: { ...defaultTaskLimits, ...settings.taskLimits },
    }),
    functions: new FunctionExecutor({
      ...shared,
      allowed: settings.allow.includes('function'),
      modules: settings.functions,
      // A slot that waits for a thread is taken and idle.
      threadsMax: Math.min(Math.max(1, slots), functionThreadsMax),
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
    ...link.bandwidth,
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
    whyUnlucky: (task) => driver.whyUnlucky(task),
    trace: (listener) => driver.trace(listener),
    snapshot: () => {
      const { counters, ...rest } = driver.snapshot() as { counters: Record<string, number> }
      const { rejected, ...own } = driver.counters()
      const refused = Object.entries(rejected).map(([code, count]) => [`rejected.${code}`, count])
      return { ...rest, counters: { ...counters, ...own, ...Object.fromEntries(refused) }, mesh: meshName }
    },
  }
}
