import { existsSync } from 'node:fs'
import { hostname } from 'node:os'
import { resolve } from 'node:path'
import type { WarmCommand, WarmLimit } from '@souk/executors'
import { type Declared, parseOffer } from '@souk/inventory'
import { type ClassObjective, parseClassObjective } from '@souk/market'
import { scaledLabel } from '@souk/peer'
import type { ClassCosts, Rates } from '@souk/scaling'
import { limits, objectives } from '@souk/wire'
import type { Command } from 'commander'
import { parseBytes, parseCount, parseHostPort, parsePairs } from './amounts.ts'
import { messageOf, usageError } from './cli-error.ts'
import { collect } from './command-module.ts'
import type { Context } from './context.ts'
import { addDemandOptions, demandSpanMsOf } from './demand-options.ts'
import { readInventoryFile } from './inventory-file.ts'
import { type OwnerOptions, ownerWords } from './owner-words.ts'
import { addPriceOptions, ratesOf, warmCostsOf } from './price-options.ts'
import { addRebalanceOptions, type RebalanceSettings, rebalanceSettings } from './rebalance-options.ts'
import { addScaleOptions, type ScaleOptions, type ScaleSettings, scaleLabels, scaleSettings } from './scale-options.ts'
import { addSpanOptions, type SpanSettings, spanSettings } from './span-options.ts'
import { parseTaskLimits, type TaskLimitOverrides } from './task-limits.ts'
import { addTenantOptions, type TenantSettings, tenantSettings } from './tenant-options.ts'
import { addWarmOptions, warmCommandsOf, warmLimitsOf } from './warm-options.ts'

/** The options of a peer as commander gives them; up and join share them. */
export interface PeerOptions extends OwnerOptions, ScaleOptions {
  data?: string
  mesh?: string
  name?: string
  listen: string
  announce?: string[]
  apiPort?: string
  listenApi?: string
  offer?: string[]
  label?: string[]
  inventory?: string
  peer?: string[]
  detach?: boolean
  /** commander's forms of --no-mdns and --no-custody */
  mdns: boolean
  custody: boolean
}

const logLevels = ['error', 'warn', 'info', 'debug', 'trace'] as const
type LogLevel = (typeof logLevels)[number]

type ExecutorKind = 'process' | 'function'
const executorKinds: readonly ExecutorKind[] = ['process', 'function']

/** The first port that is tried for each listener when none is asked for; the next free one is taken. */
export const meshPortDefault = 7171
export const apiPortDefault = 7070
/** free ports are looked for within so many */
export const portSpan = 100

const listenDefaultText = `0.0.0.0, first free port from ${meshPortDefault}`

/** A peer's settings, checked. */
export interface PeerSettings {
  meshName: string | undefined
  name: string
  listen: { host: string; port: number | undefined }
  announce: string[]
  apiPort: number | undefined
  remoteApi: { host: string; port: number } | undefined
  /** as `parseOffer` of inventory takes it */
  offer: string
  labels: Record<string, string>
  /** what the inventory file says */
  declared: Declared | undefined
  allow: ExecutorKind[]
  taskLimits: TaskLimitOverrides
  functions: string[]
  /** what hosts are chosen for, by class of task */
  objectives: ClassObjective[]
  staticPeers: string[]
  /** for records, and for blobs */
  diskBytesMax: number | undefined
  log: LogLevel | undefined
  mdns: boolean
  custody: boolean
  /** tasks that lag here and may run twice are raced elsewhere */
  speculate: boolean
  tenants: TenantSettings
  rebalance: RebalanceSettings
  /** undefined: it starts no others */
  scaling: ScaleSettings | undefined
  /** of resources, for hosts without a price of their own */
  rates: Rates
  /** of cold starts and idle workers, by class */
  warmCosts: ClassCosts[]
  /** demand is counted by so long; undefined: as by default */
  demandSpanMs: number | undefined
  /** undefined: nobody collects spans */
  spans: SpanSettings | undefined
  /** that can stand warm, by class */
  warmCommands: WarmCommand[]
  /** before they have a task */
  warmLimits: WarmLimit[]
  /** what holds of the peers that a local scaler starts as well, as words of a command line */
  ownerWords: string[]
}

export function addPeerOptions(command: Command): Command {
  command
    .option('--data <folder>', 'where this peer keeps everything (default: $SOUK_DATA or ~/.souk)')
    .option('--name <text>', 'what this peer is called (default: the host name)')
    .option('--listen <addr:port>', 'where other peers connect', listenDefaultText)
    .option('--announce <multiaddr>', 'address to tell others, when it differs (port forwarding; repeatable)', collect)
    .option('--peer <multiaddr>', 'address of another peer of the mesh (repeatable)', collect)
    .option('--no-mdns', 'do not look for peers on the local network')
    .option('--offer <amounts>', 'what to offer instead of what is found: cpu=4,mem=8G,slots=4,gpu=1,NAME=n', collect)
    .option('--label <name=value>', 'a label that tasks can ask for (repeatable)', collect)
    .option('--inventory <file>', 'what cannot be found, declared: licences, place, people; see souk help inventory')
    .option('--allow <kinds>', 'what members may run here: process,function or none', 'process,function')
    .option('--task-limits <limits>', 'of commands that ask for nothing: memory=2G,processes=512,cpu=off', collect)
    .option('--functions <file>', 'module whose exports are functions of this host (repeatable)', collect)
    .option(
      '--objective <class=o>',
      'what hosts are chosen for, by class: process/train*=pack, or pack for all (repeatable)',
      collect,
    )
  return addSpanOptions(
    addWarmOptions(addDemandOptions(addPriceOptions(addScaleOptions(addRebalanceOptions(addTenantOptions(command)))))),
  )
    .option('--no-custody', "do not keep other peers' tasks")
    .option('--speculate', 'race tasks that lag here by second runs on other hosts, where they are --idempotent')
    .option('--disk-max <size>', 'keep at most this much in the data folder (default: what the disk has)')
    .option('--api-port <port>', `port of the API on 127.0.0.1 (default: first free port from ${apiPortDefault})`)
    .option('--listen-api <addr:port>', 'also serve the API to other hosts, over TLS; see souk token')
    .option('--log <level>', 'error, warn, info, debug or trace (default: warn on a terminal, else info)')
    .option('--detach', 'go to the background once it is up')
}

/** Checks the options; every problem names its flag. */
export function peerSettings(options: PeerOptions, { cwd, env }: Pick<Context, 'cwd' | 'env'>): PeerSettings {
  const name = options.name ?? hostname().split('.')[0] ?? 'peer'
  if (name.length < 1 || name.length > 64)
    throw usageError(`--name: '${name}' has ${name.length} characters; 1 to 64 are allowed`)
  const scaling = scaleSettings(options)
  const warmCommands = warmCommandsOf(options)
  return {
    meshName: options.mesh,
    name,
    listen: listenOf(options.listen),
    announce: addressesOf('--announce', options.announce),
    apiPort: options.apiPort === undefined ? undefined : parseCount('--api-port', options.apiPort, 0, 65_535),
    remoteApi:
      options.listenApi === undefined ? undefined : parseHostPort('--listen-api', options.listenApi, '0.0.0.0'),
    offer: offerOf(options.offer ?? []),
    labels: { ...labelsOf(options.label ?? []), ...scaleLabels(scaling) },
    declared: readInventoryFile(options.inventory, cwd),
    allow: parseAllow(options.allow),
    taskLimits: parseTaskLimits(options.taskLimits ?? []),
    functions: (options.functions ?? []).map((file) => moduleOf(file, cwd)),
    objectives: (options.objective ?? []).map(classObjectiveOf),
    staticPeers: addressesOf('--peer', options.peer),
    diskBytesMax: options.diskMax === undefined ? undefined : parseBytes('--disk-max', options.diskMax),
    log: options.log === undefined ? undefined : logOf(options.log),
    mdns: options.mdns,
    custody: options.custody,
    speculate: options.speculate === true,
    tenants: tenantSettings(options),
    rebalance: rebalanceSettings(options),
    scaling,
    rates: ratesOf(options),
    warmCosts: warmCostsOf(options),
    demandSpanMs: demandSpanMsOf(options),
    spans: spanSettings(options, env),
    warmCommands,
    warmLimits: warmLimitsOf(options, warmCommands),
    ownerWords: ownerWords(options),
  }
}

/** What a peer says of itself goes by names that nobody else may give; the tag of a peer that was started comes from its starter. */
function labelsOf(texts: readonly string[]): Record<string, string> {
  const labels = parsePairs('--label', texts, true)
  const taken = Object.keys(labels).find((name) => name.startsWith('souk.') && name !== scaledLabel)
  if (taken === undefined) return labels
  throw usageError(`--label: '${taken}' is reserved, as all names that begin with souk.; choose another name`)
}

/** What can be seen of an address without dialling it: one that is none would be left out without a word. */
function addressesOf(flag: string, texts: readonly string[] = []): string[] {
  const wrong = texts.find((text) => !/^\/(ip4|ip6|ip6zone|dns|dns4|dns6|dnsaddr|p2p)\/[^/]+(\/|$)/.test(text))
  if (wrong === undefined) return [...texts]
  throw usageError(
    `${flag}: '${wrong}' is no multiaddr; needed is one such as /ip4/10.0.0.2/tcp/7171/p2p/ID`,
    'souk status   on that host says where it is reached',
  )
}

function moduleOf(file: string, cwd: string): string {
  const path = resolve(cwd, file)
  if (!existsSync(path)) throw usageError(`--functions: ${file} does not exist (looked for ${path})`)
  return path
}

function classObjectiveOf(text: string): ClassObjective {
  const declared = parseClassObjective(text)
  if (declared === undefined || text.length > limits.nameCharsMax)
    throw usageError(`--objective: '${text}' is not CLASS=OBJECTIVE; objectives are ${objectives.join(', ')}`)
  return declared
}

function listenOf(text: string): { host: string; port: number | undefined } {
  if (text === listenDefaultText) return { host: '0.0.0.0', port: undefined }
  // An address alone keeps the search for a free port.
  if (!/\d$/.test(text) || /^\d+\.\d+\.\d+\.\d+$/.test(text))
    return { host: text.replace(/^\[|\]$/g, ''), port: undefined }
  return parseHostPort('--listen', text, '0.0.0.0')
}

export function parseAllow(text: string): ExecutorKind[] {
  if (text === 'none') return []
  return [...new Set(text.split(','))].map((word) => {
    const kind = executorKinds.find((candidate) => candidate === word.trim())
    if (kind === undefined) throw usageError(`--allow: '${word}' is none of ${executorKinds.join(', ')}, none`)
    return kind
  })
}

function logOf(text: string): LogLevel {
  const level = logLevels.find((candidate) => candidate === text)
  if (level === undefined) throw usageError(`--log: '${text}' is none of ${logLevels.join(', ')}`)
  return level
}

/** Checked here, so that a mistake names its flag before anything starts. */
function offerOf(texts: readonly string[]): string {
  const text = texts.join(',')
  try {
    parseOffer(text)
  } catch (cause) {
    throw usageError(`--offer: ${messageOf(cause)}`)
  }
  return text
}
