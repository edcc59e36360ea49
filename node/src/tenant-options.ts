import type { Quota, Quotas } from '@souk/kernel'
import type { Command } from 'commander'
import { parseBytes, parseCount, parseMilli, parsePairs } from './amounts.ts'
import { usageError } from './cli-error.ts'
import { collect } from './command-module.ts'

/** What this peer's owner says of tenants: whose tasks get more than others', and what each may have. */
export interface TenantOptions {
  tenantWeight?: string[]
  quota?: string[]
}

export interface TenantSettings {
  weights: Record<string, number>
  quotas: Quotas
  /** tasks of each that may wait at this peer */
  waitingMax: Record<string, number>
}

const weightMax = 1000
const countMax = 2 ** 31

/** What people write, what it bounds, and how it is read. */
const bounds: Record<string, { name: keyof Quota | 'waiting'; parse(flag: string, text: string): number }> = {
  cpu: { name: 'cpuMilli', parse: parseMilli },
  mem: { name: 'memoryBytes', parse: parseBytes },
  disk: { name: 'diskBytes', parse: parseBytes },
  gpu: { name: 'gpuMilli', parse: parseMilli },
  slots: { name: 'slots', parse: count },
  net: { name: 'networkMbps', parse: count },
  tasks: { name: 'tasks', parse: count },
  waiting: { name: 'waiting', parse: count },
}

export function addTenantOptions(command: Command): Command {
  return command
    .option(
      '--tenant-weight <name=n>',
      'what waits here gets room n times as much as of a tenant without (repeatable)',
      collect,
    )
    .option(
      '--quota <tenant=amounts>',
      'a tenant may have so much of this host at once, and so many tasks waiting here: cpu:8,mem:16G,tasks:100,waiting:1000; tenant * is any other (repeatable)',
      collect,
    )
}

/** Checks the options; every problem names its flag. */
export function tenantSettings(options: TenantOptions): TenantSettings {
  const pairs = Object.entries(parsePairs('--tenant-weight', options.tenantWeight ?? [], true))
  const weights = Object.fromEntries(pairs.map(([tenant, text]) => [tenant, weightOf(tenant, text)]))
  const quotas: Record<string, Quota> = {}
  const waitingMax: Record<string, number> = {}
  const seen = new Set<string>()
  for (const text of options.quota ?? []) {
    const { tenant, quota, waiting } = quotaOf(text)
    if (seen.has(tenant)) throw usageError(`--quota: '${tenant}' has two quotas; write all of it in one`)
    seen.add(tenant)
    if (Object.keys(quota).length > 0) quotas[tenant] = quota
    if (waiting !== undefined) waitingMax[tenant] = waiting
  }
  return { weights, quotas, waitingMax }
}

function weightOf(tenant: string, text: string): number {
  const weight = Number(text)
  if (text.trim() !== '' && weight >= 1 / weightMax && weight <= weightMax) return weight
  throw usageError(`--tenant-weight: '${tenant}=${text}'; a weight is a number from ${1 / weightMax} to ${weightMax}`)
}

function quotaOf(text: string): { tenant: string; quota: Quota; waiting: number | undefined } {
  const at = text.indexOf('=')
  if (at < 1) throw usageError(`--quota: '${text}' is not of the form tenant=cpu:8,mem:16G,tasks:100`)
  const quota: Quota = {}
  let waiting: number | undefined
  for (const part of text.slice(at + 1).split(',')) {
    const colon = part.indexOf(':')
    const what = colon < 0 ? part : part.slice(0, colon)
    const bound = Object.hasOwn(bounds, what) ? bounds[what] : undefined
    if (!bound || colon < 0) {
      const known = Object.keys(bounds).join(', ')
      throw usageError(`--quota: '${text}' bounds '${what}'; what can be bounded is ${known}, as in cpu:8`)
    }
    const amount = bound.parse('--quota', part.slice(colon + 1))
    if (bound.name === 'waiting') waiting = amount
    else quota[bound.name] = amount
  }
  return { tenant: text.slice(0, at), quota, waiting }
}

function count(flag: string, text: string): number {
  return parseCount(flag, text, 0, countMax)
}

/** The options again as words. */
export function tenantArguments({ tenantWeight = [], quota = [] }: TenantOptions): string[] {
  return [...tenantWeight.flatMap((text) => ['--tenant-weight', text]), ...quota.flatMap((text) => ['--quota', text])]
}
