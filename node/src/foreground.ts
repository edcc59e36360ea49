import { userInfo } from 'node:os'
import { createLogger, logDriver, logTrace, type SpanTracing, traceSpans, tracesFrom } from '@souk/telemetry'
import { CliError, messageOf } from './cli-error.ts'
import { composePeer, type RunningPeer } from './compose.ts'
import { consoleLink } from './console-link.ts'
import type { Context } from './context.ts'
import { type DataFolder, removeApiFile, writeSecret } from './data-folder.ts'
import { exitCodes } from './exit-codes.ts'
import { askedPort, firstFreePort } from './free-port.ts'
import { logDestination, printThroughLog } from './log-destination.ts'
import { invitationMsDefault } from './membership-desk.ts'
import { apiPortDefault, meshPortDefault, type PeerSettings, portSpan } from './peer-options.ts'
import { type PeerMessage, startPeerProcess, tiedVariable } from './peer-process.ts'
import { durationText } from './print/amount-text.ts'
import { foundText } from './print/found-text.ts'
import { type UpReport, upReport } from './print/up-report.ts'
import { keptTasks } from './store-tools.ts'
import { storeTrouble } from './store-trouble.ts'
import { version } from './version.ts'

/** A graceful stop takes at most so long; then what is left is cut off. */
const stopMsMax = 10_000
/** Spans that wait may take so long after that; a collector that does not answer must not hold a stop up. */
const spansMsMax = 2_000
/** A stopped peer has closed everything; timers that libraries left may hold its process no longer than this. */
const lingerMsMax = 100
/** Variables of this process that tasks may see: where programs are, and how text is written. */
const passedOn = ['PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR']

/** Runs a peer in this process until somebody stops it; the exit code. */
export async function runForeground(
  context: Context,
  folder: DataFolder,
  settings: PeerSettings,
  json: boolean,
): Promise<number> {
  try {
    return await untilStopped(context, folder, settings, json)
  } catch (cause) {
    const error = storeTrouble(cause, folder, () => keptTasks(folder)) ?? cause
    const next = error instanceof CliError && error.next !== undefined ? { next: error.next } : {}
    const exitCode = error instanceof CliError ? error.exitCode : exitCodes.failed
    context.parent?.send({ type: 'failed', message: messageOf(error), exitCode, ...next } satisfies PeerMessage)
    throw error
  }
}

async function untilStopped(
  context: Context,
  folder: DataFolder,
  settings: PeerSettings,
  json: boolean,
): Promise<number> {
  const began = performance.now()
  const { terminal } = context
  printThroughLog()
  const stopping = new AbortController()
  const stop = onceStopped(context)
  const level = settings.log ?? (terminal.errIsTerminal ? 'warn' : 'info')
  const logger = createLogger({ level, base: { self: settings.name }, destination: logDestination })
  const port = settings.listen.port
  const meshPort =
    port === undefined
      ? await firstFreePort(settings.listen.host, meshPortDefault, portSpan)
      : await askedPort('--listen', settings.listen.host, port)
  const peer = await composePeer({
    folder,
    settings,
    listen: [multiaddrOf(settings.listen.host, meshPort)],
    environment: taskEnvironment(context.env),
    log: logDriver(logger),
    startPeer: (options) => startPeerProcess(context, options),
    onStop: stop.stop,
    signal: stopping.signal,
  })
  peer.failed.catch(stop.fail)
  // What the log would not write is not even built.
  peer.trace(logTrace(logger), tracesFrom(level))
  const spans = await tracedSpans(settings, peer, (message) => logger.warn(message))
  try {
    const report = await announce(folder, settings, peer, began)
    context.parent?.send({ type: 'up', report } satisfies PeerMessage)
    if (context.env[tiedVariable] !== '1') context.parent?.leave()
    if (context.parent === undefined)
      terminal.out(json ? JSON.stringify(report) : upReport(report, folder.words, terminal.colours))
    await stop.stopped
  } finally {
    removeApiFile(folder)
    await peer.stop(AbortSignal.timeout(stopMsMax))
    await spans?.close(AbortSignal.timeout(spansMsMax))
    stopping.abort()
    context.parent?.leave()
    // Everything is closed; whatever still holds the process open must not keep it.
    setTimeout(() => process.exit(), lingerMsMax).unref()
  }
  if (!json) terminal.err(`${peer.member.certificate.name} is down`)
  return exitCodes.ok
}

/** Steps of tasks go to the collector from now on, where there is one. */
async function tracedSpans(
  { spans }: PeerSettings,
  peer: RunningPeer,
  warn: (message: string) => void,
): Promise<SpanTracing | undefined> {
  if (!spans) return undefined
  const { certificate } = peer.member
  const self = { peer: certificate.peer, name: certificate.name, mesh: certificate.mesh }
  const tracing = await traceSpans({ ...spans, ...self, version, warn })
  peer.trace(tracing.listener)
  return tracing
}

interface Stop {
  stopped: Promise<void>
  stop(): void
  fail(error: unknown): void
}

/** Settles when a signal, a client or the end of the parent stops this peer, or it broke one of its own rules. */
function onceStopped(context: Context): Stop {
  let stop = (): void => {}
  let fail = (_: unknown): void => {}
  const stopped = new Promise<void>((resolve, reject) => {
    stop = resolve
    fail = reject
  })
  stopped.catch(() => {})
  let count = 0
  const onSignal = (): void => {
    count++
    stop()
    // Whoever insists gets it at once; the guardian ends what still runs.
    if (count > 1) process.exit(exitCodes.interrupted)
  }
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal).on('SIGHUP', onSignal)
  if (context.env[tiedVariable] === '1') context.parent?.onGone(stop)
  return { stopped, stop: () => stop(), fail: (error) => fail(error) }
}

/** Opens the API, writes how to reach it, and gathers what there is to say. */
async function announce(
  folder: DataFolder,
  settings: PeerSettings,
  peer: RunningPeer,
  began: number,
): Promise<UpReport> {
  const { member } = peer
  const api = await listenApi(settings, peer)
  const remote = await listenRemote(folder, settings, peer)
  const { name, role } = member.certificate
  const offer = peer.offer()
  const access = { url: api, token: peer.token, pid: process.pid, peer: member.identity.peer, name }
  writeSecret(folder.api, { ...access, ...(remote === undefined ? {} : { remote }) })
  const invitation = peer.desk.open ? { invitation: (await peer.desk.invite({})).line } : {}
  return {
    name,
    peer: member.identity.peer,
    data: folder.path,
    mesh: member.mesh.name,
    meshIsNew: member.meshIsNew,
    role,
    tookMs: Math.round(performance.now() - began),
    pid: process.pid,
    found: foundText(peer.inventory),
    offer: offer.capacity,
    labels: offer.labels,
    allow: offer.executors,
    functions: offer.functions,
    user: userInfo().username,
    custody: offer.custody,
    addresses: peer.addresses(),
    api,
    console: consoleLink(api, peer.control.loginCode()),
    ...(remote === undefined ? {} : { remote }),
    ...invitation,
    invitationTtl: durationText(invitationMsDefault),
  }
}

async function listenApi(settings: PeerSettings, peer: RunningPeer): Promise<string> {
  const host = '127.0.0.1'
  const port =
    settings.apiPort === undefined
      ? await firstFreePort(host, apiPortDefault, portSpan)
      : await askedPort('--api-port', host, settings.apiPort)
  return (await peer.control.listen({ host, port })).url
}

/** The opt-in listener for other hosts. */
async function listenRemote(
  folder: DataFolder,
  settings: PeerSettings,
  peer: RunningPeer,
): Promise<{ url: string; fingerprint: string } | undefined> {
  if (settings.remoteApi === undefined) return undefined
  const { apiCertificate, outwardHost } = await import('./api-certificate.ts')
  const { host, port } = settings.remoteApi
  const { key, cert, fingerprint } = await apiCertificate(folder)
  const bound = await peer.control.listen({ host, port, tls: { key, cert } })
  return { url: `https://${outwardHost(host)}:${bound.port}`, fingerprint }
}

function multiaddrOf(host: string, port: number): string {
  return host.includes(':')
    ? `/ip6/${host}/tcp/${port}`
    : /^[\d.]+$/.test(host)
      ? `/ip4/${host}/tcp/${port}`
      : `/dns/${host}/tcp/${port}`
}

function taskEnvironment(env: Record<string, string | undefined>): Record<string, string> {
  const passed = passedOn.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]] as const]))
  return Object.fromEntries(passed)
}
