import { randomBytes } from 'node:crypto'
import type { LinkLine } from '@souk/client'
import { type ControlOptions, ControlServer } from '@souk/control'
import type { FunctionExecutor, ProcessExecutor } from '@souk/executors'
import { detectInventory, type Inventory, toOffer } from '@souk/inventory'
import { Prng } from '@souk/kernel'
import { Peer, removalKey } from '@souk/peer'
import { Driver, type DriverLog, PeerBlobs, StoreBehindError, SystemClock } from '@souk/runtime'
import { FileBlobs, LmdbRecords, SelfStore } from '@souk/store-lmdb'
import { type MeasuredPeer, PeerMetrics } from '@souk/telemetry'
import { Libp2pTransport, type LinkReport, MeshCredentials } from '@souk/transport-libp2p'
import type { Certificate, Offer, PeerId } from '@souk/wire'
import { apiTokens } from './api-tokens.ts'
import { consoleFiles } from './console-files.ts'
import { consoleKey } from './console-key.ts'
import type { DataFolder } from './data-folder.ts'
import { HostWatch } from './host-watch.ts'
import { KnownPeers } from './known-peers.ts'
import { makeExecutors } from './make-executors.ts'
import { type Member, readMember } from './member.ts'
import { MembershipDesk } from './membership-desk.ts'
import { named } from './named-handle.ts'
import { configOf } from './peer-config.ts'
import type { PeerSettings } from './peer-options.ts'
import type { PeerProcess, PeerProcessOptions } from './peer-process.ts'
import { makeScaler } from './scalers/make-scaler.ts'
import { ShortageWatch } from './shortage-watch.ts'
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
  /** another peer, in a process of its own */
  startPeer(options: PeerProcessOptions): Promise<PeerProcess>
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
  desk: MembershipDesk
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
  const { processes, functions } = makeExecutors(options, member, blobAccess, offer.capacity)
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
    ...makeScaler(options, base.desk, { count: () => peer.removedCount, remove: (id) => remove(id) }),
  })
  functions.onFunctionsChanged((names) => {
    offer = { ...offer, functions: names }
    driver.input({ type: 'offer', offer })
  })
  const remove = remover(records, base.desk, driver)
  const known = new KnownPeers(folder, transport)
  const watch = makeWatch(records, base, options)
  const { control, token } = makeControl(options, base, driver, { peer, processes, functions, watch, remove })
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
  const shortages = new ShortageWatch(folder.path, (readings) => driver.input({ type: 'readings', readings }), log)
  shortages.start()
  return {
    member,
    offer: () => offer,
    inventory,
    failed: driver.failed,
    control,
    token,
    desk: base.desk,
    addresses: () => transport.addresses(),
    trace: (...reader) => driver.trace(...reader),
    stop: async (stopSignal) => {
      await control.stop()
      known.stop()
      shortages.stop()
      await watch.stop()
      await marking?.catch(() => {})
      await driver.stop(stopSignal)
    },
  }
}

/** What the rest is built on: who this peer is, where it keeps things, and how it reaches others. */
interface Base {
  member: Member
  incarnation: number
  credentials: MeshCredentials
  inventory: Inventory
  blobs: FileBlobs
  blobAccess: PeerBlobs
  transport: Libp2pTransport
  desk: MembershipDesk
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
  const removed = (peer: PeerId) => credentials.removalOf(peer) !== undefined
  const desk = new MembershipDesk({ records, self: identity.peer, mesh, addresses, members, removed })
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

/** What the API tells of, and does. */
interface Served extends Pick<ControlOptions, 'remove'> {
  peer: Peer
  processes: ProcessExecutor
  functions: FunctionExecutor
  watch: HostWatch
}

function makeControl(
  { folder, log, onStop, settings }: ComposeOptions,
  { member, blobs, blobAccess, transport, desk }: Base,
  driver: Driver,
  { peer, processes, functions, watch, remove }: Served,
): { control: ControlServer; token: string } {
  const { tokens, token } = apiTokens(member.mesh)
  const handle = named(driver, member.mesh.name)
  const measured = new PeerMetrics(() => handle.snapshot() as MeasuredPeer)
  const control = new ControlServer({
    handle,
    blobs,
    readBlob: (blob, from, signal) => blobAccess.read(blob, from, signal),
    agents: functions.agents,
    tokens,
    sessionKey: consoleKey(folder),
    readConsole: consoleFiles(),
    info: {
      version,
      addresses: () => transport.addresses(),
      links: () => transport.report().map(linkOf),
      host: () => watch.view(),
      demand: (wanted) => peer.demand(wanted),
      rates: settings.rates,
      limits: () => processes.limitsInForce,
    },
    metrics: () => measured.page(),
    log,
    onStop,
    invite: (body) => desk.invite(body),
    remove,
  })
  return { control, token }
}

/** Ends a membership. Rejects as the desk does, and where it cannot be written. */
function remover(records: LmdbRecords, desk: MembershipDesk, driver: Driver): ControlOptions['remove'] {
  return async (id) => {
    const removal = await desk.removal(id)
    // Told to nobody before it is on this disk: whoever removes a peer must not meet it again after a restart.
    await records.write([{ key: removalKey(id), value: removal }])
    driver.input({ type: 'remove', removal, written: true })
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

/** A link as the API shows it. */
function linkOf(link: LinkReport): Omit<LinkLine, 'name'> {
  const { peer, addresses, dialled, connected, failures, lastError } = link
  return {
    id: peer,
    addresses,
    discovered: link.discovered || addresses.length > 0,
    dialled,
    connected,
    ...(link.way === undefined ? {} : { way: link.way }),
    authenticated: link.streamOpen && link.certificateOk,
    subscribed: link.gossipSubscribed,
    ...link.bandwidth,
    failures,
    ...(lastError === undefined ? {} : { lastError }),
  }
}
